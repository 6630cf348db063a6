"""The table of what no edit may bring: code, pattern, sentence. Matched in plain text."""

import re

_TABLE = (
    (
        "download",
        (
            r"\| ?(?:sudo |env |exec |command |xargs )*(?:/\S*/)?"
            r"(?:(?:ba|z|da|k|a|fi|c)?sh|python[\d.]*"
            r"|perl|ruby|node|php)\b|\b(?:ba|z|da|k|a)?sh <\(|(?:\bsource|(?<!\S)\.) <\("
        ),
        "what another program prints is not to be run",
    ),
    (
        "hidden",
        (
            r"\beval\b|\bbase(?:64|32) (?:\S+ )*?(?:-\w*d\w*|--decode)\b|\bxxd (?:\S+ )*?-\w*r"
            r"|/dev/(?:tcp|udp)/|\bopenssl enc\b|\bb64decode\b|\bfromhex\b|\batob\("
        ),
        "code is not to be decoded and run",
    ),
    (
        "privilege",
        (
            r"--privileged\b|--net(?:work)?[= ]host\b|--security[= ]insecure"
            r"|docker\.sock|--cap-add|security\.insecure|network\.host"
            r"|--device\b|--pid[= ]host|--userns[= ]host"
        ),
        "privileges are not to be added",
    ),
    (
        "privilege",
        (
            r"(?:\bchmod (?:\S+ )*?|--chmod[= ]|\binstall (?:\S+ )*?(?:-m|--mode)[= ]?)"
            r"(?:[ugoa]*[+=]\w*s|0?[4267]\d{3})\b|\bsetcap\b|\bsudoers\b|NOPASSWD"
            r"|\buser(?:mod|add) (?:\S+ )*?(?:-o|-\w*u ?0|--uid[= ]0)\b"
        ),
        "privileges are not to be added",
    ),
    ("secret", r"type=(?:ssh|secret)\b", "secrets and keys are not to be mounted in a build"),
    (
        "index",
        (
            r"--(?:extra-|default-)?index(?:-url)?[= ]\S*"
            r"|\bpip[\d.]* [^;&|\n]*?(?<!\S)-[qvU]*[if][ =]?\S+"
            r"|\bdeb(?:-src)? (?:\[[^\]]*\] ?)?(?!https?://)[\w-]+\.\S+"
            r"|\b(?:add-apt|apt-add)-repository\b.*"
            r"|--find-links[= ]?\S*"
            r"|--registry\S*(?: \S+)?|\bregistry ?[=:] ?\S*|--trusted-host\S*|--(?:no-)?proxy\S*"
            r"|\b(?:pip_(?:extra_)?index_url|pip_find_links|pip_trusted_host|pip_config_file"
            r"|uv_(?:default_|extra_)?index\w*|uv_insecure_host|npm_config_\w+|yarn_\w*registry\w*"
            r"|goproxy|goprivate|https?_proxy|all_proxy|bundle_mirror\w*)\b\S*"
            r"|\b(?:npm|yarn|pnpm|pip[\d.]*|poetry|go|git|bundle|gem) (?:-\S+ )*"
            r"(?:config|sources?)\b.*"
            r"|--repository\S*(?: \S+)?|\bapk [^;&|]*?-X ?\S*"
        ),
        "another package index, mirror or proxy is not to be used",
    ),
    (
        "source",
        (
            r"\bgit\+\w+\S*|\bgit@\S*|\bgit://\S*|\bssh://\S*|\bsvn\+\S*|\bhg\+\S*|\bfile:/\S*"
            r"|\b(?:github|gitlab|gist|bitbucket):\S*|\bbzr\+\S*"
        ),
        "dependencies come from the package index only",
    ),
    (
        "disabled-check",
        (
            r"sslverify\W+(?:false|0|no)|strict[-_]ssl\W*(?:false|0|no)|pythonhttpsverify\W*\w*"
            r"|--no-check-certificate\S*|node_tls_reject_unauthorized\W*\w*|git_ssl_no_verify\S*"
            r"|verify-(?:peer|host)\W*\w*|goinsecure|gonosum\w*|gosumdb\W*off|goflags\S*insecure"
            r"|--insecure\S*|--no-verify\S*|\b(?:curl|wget) (?:[^;&|]*? )?-[a-zA-Z]*k[a-zA-Z]*\b"
            r"|requests_ca_bundle\W*\w*|curl_ca_bundle\W*\w*|ssl_cert_file\S*"
            r"|check_hostname|cert_none|insecure-registr\w*"
        ),
        "the check of certificates and signatures stays on",
    ),
    (
        "disabled-check",
        (
            r"--force-yes|--allow-\w*(?:unauth|untrust|insecure|downgrade|remove-ess|change-held)\S*"
            r"|allowunauthenticated|allowinsecure\w*|allowweak\w*|allowdowngrade\w*|--nogpgcheck"
            r"|--no-gpg-checks?|gpgcheck\W*(?:0|no|false)|trusted\W{0,2}yes|--ignore-requires-python"
            r"|--ignore-engines|engine-strict\W*false|--no-frozen-lockfile"
            r"|\b(?:npm|yarn|pnpm) (?:[^;&|]*? )?(?:--force|-f)\b|--skip-integrity\S*"
            r"|--no-require-hashes|pip_no_verify\w*|dpkg (?:\S+ )*?--force\S*|\S*-invoke\b"
            r"|--no-package-lock|package-lock\W*false"
        ),
        "the checks of packages stay on",
    ),
    (
        "ignored-failure",
        (
            r"\|\| ?(?:\S*/)?(?:true\b|:|exit 0|echo\b|printf\b|cd\b|return 0)"
            r"|; ?exit 0|; ?(?:\S*/)?true\b"
            r"|\bset (?:-\S+ )*\+\w*e|\bset \+o errexit|; ?:(?:\s|$)|--exit-zero\b"
            r"|--passwithnotests|continue-on-error"
        ),
        "failures are not to be ignored",
    ),
    (
        "ignored-failure",
        (
            r"--dry-run\b|--(?:simulate|just-print|download-only|recon|no-act)\b"
            r"|(?<!\S)(?:-r|--requirement)[= ]?/(?:dev|proc)/\S*"
        ),
        "what is installed is to be installed indeed",
    ),
    (
        "preload",
        (
            r"\bld_(?:preload|library_path|audit)\b|\bpythonstartup\b|\bbash_env\b"
            r"|\bnode_options\b[^\n]*?(?:-r\b|--require|--import|--loader)|\bperl5opt\b|\brubyopt\b"
        ),
        "programs are not to load other code than their own",
    ),
    (
        "inline-code",
        (
            r"\bpython[\d.]* (?:-[XW] (?!-)\S+ |--?\S+ )*-\w*c\b.*"
            r"|\bnode (?:-e|--eval|-p)\b.*|\bperl -\w*e\b.*"
            r"|\bruby -e\b.*|\bphp -r\b.*"
        ),
        "code is not to be written into a command",
    ),
)

UNWANTED = tuple(
    (code, re.compile(pattern, re.IGNORECASE), says) for code, pattern, says in _TABLE
)
