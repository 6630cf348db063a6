"""Which packages commands, headers and libraries are usually found in.

Only where to look first: each is asked for in the index of the base image itself, and what is
not there counts for nothing. The distributions' own lists of files know all others.
"""

from collections.abc import Mapping

COMMANDS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "aclocal": (("automake",),),
    "automake": (("automake",),),
    "c++": (("g++",), ("g++", "musl-dev")),
    "cc": (("gcc", "libc6-dev"), ("gcc", "musl-dev")),
    "clang": (("clang", "libc6-dev"), ("clang", "musl-dev")),
    "g++": (("g++", "libc6-dev"), ("g++", "musl-dev")),
    "gcc": (("gcc", "libc6-dev"), ("gcc", "musl-dev")),
    "ld": (("binutils",),),
    "add-apt-repository": (("software-properties-common",),),
    "curl-config": (("libcurl4-openssl-dev",), ("curl-dev",)),
    "convert": (("imagemagick",),),
    "dig": (("bind9-dnsutils",), ("dnsutils",), ("bind-tools",)),
    "go": (("golang-go",), ("go",)),
    "gpg": (("gnupg",),),
    "java": (("default-jre-headless",), ("openjdk21-jre-headless",), ("openjdk17-jre-headless",)),
    "javac": (("default-jdk-headless",), ("openjdk21-jdk",), ("openjdk17-jdk",)),
    "libtool": (("libtool",),),
    "locale-gen": (("locales",),),
    "meson": (("meson",),),
    "mvn": (("maven",),),
    "mysql": (("default-mysql-client",), ("mysql-client",)),
    "mysqldump": (("default-mysql-client",), ("mysql-client",)),
    "mysql_config": (
        ("default-libmysqlclient-dev", "pkg-config"),
        ("mariadb-connector-c-dev", "pkgconf"),
        ("mariadb-dev", "pkgconf"),
    ),
    "nc": (("netcat-openbsd",),),
    "netcat": (("netcat-openbsd",),),
    "node": (("nodejs",),),
    "npm": (("npm",),),
    "nslookup": (("bind9-dnsutils",), ("dnsutils",), ("bind-tools",)),
    "pg_config": (("libpq-dev",), ("postgresql-dev",)),
    "pg_dump": (("postgresql-client",),),
    "pg_isready": (("postgresql-client",),),
    "ping": (("iputils-ping",), ("iputils",)),
    "pip": (("python3-pip",), ("py3-pip",)),
    "pip3": (("python3-pip",), ("py3-pip",)),
    "pkg-config": (("pkg-config",), ("pkgconf",)),
    "pkill": (("procps",),),
    "ps": (("procps",),),
    "psql": (("postgresql-client",),),
    "python": (("python-is-python3",), ("python3",)),
    "ssh": (("openssh-client",), ("openssh-client-default",)),
    "ssh-keyscan": (("openssh-client",), ("openssh-keygen",)),
    "supervisord": (("supervisor",),),
    "update-ca-certificates": (("ca-certificates",),),
    "vim": (("vim",),),
    "xsltproc": (("xsltproc",), ("libxslt",)),
    "xz": (("xz-utils",), ("xz",)),
}
"""By command, what to look for first and then: all packages of one of them must exist."""

HEADERS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "Python.h": (("python3-dev",),),
    "boost/python.hpp": (("libboost-python-dev",), ("boost-dev",)),
    "cblas.h": (("libopenblas-dev",), ("openblas-dev",)),
    "curl/curl.h": (("libcurl4-openssl-dev",), ("curl-dev",)),
    "ffi.h": (("libffi-dev",),),
    "jpeglib.h": (("libjpeg-dev",), ("libjpeg-turbo-dev",)),
    "lber.h": (("libldap-dev",), ("libldap2-dev",), ("openldap-dev",)),
    "ldap.h": (("libldap-dev",), ("libldap2-dev",), ("openldap-dev",)),
    "libpq-fe.h": (("libpq-dev",), ("postgresql-dev",)),
    "libxml/xmlversion.h": (("libxml2-dev",),),
    "libxslt/xsltconfig.h": (("libxslt1-dev",), ("libxslt-dev",)),
    "mysql.h": (("default-libmysqlclient-dev",), ("mariadb-connector-c-dev",)),
    "openssl/ssl.h": (("libssl-dev",), ("openssl-dev",)),
    "pcap.h": (("libpcap-dev",),),
    "sasl.h": (("libsasl2-dev",), ("cyrus-sasl-dev",)),
    "sql.h": (("unixodbc-dev",),),
    "stdio.h": (("libc6-dev",), ("musl-dev",)),
    "stdlib.h": (("libc6-dev",), ("musl-dev",)),
    "limits.h": (("libc6-dev",), ("musl-dev",)),
    "linux/types.h": (("linux-libc-dev",), ("linux-headers",)),
    "linux/version.h": (("linux-libc-dev",), ("linux-headers",)),
    "yaml.h": (("libyaml-dev",), ("yaml-dev",)),
    "zlib.h": (("zlib1g-dev",), ("zlib-dev",)),
}

LIBRARIES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "libblas.so.3": (("libblas3",), ("blas",)),
    "liblapack.so.3": (("liblapack3",), ("lapack",)),
    "libopenblas.so.0": (("libopenblas0",),),
}
"""Those that are a choice between packages, which no list of files knows."""

DEVELOPMENT: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "libxml2 and libxslt": (("libxml2-dev", "libxslt1-dev"), ("libxml2-dev", "libxslt-dev")),
}

RENAMED: Mapping[str, tuple[str, ...]] = {
    "chromium-browser": ("chromium",),
    "gcc-multilib": ("gcc",),
    "libav-tools": ("ffmpeg",),
    "libgl1-mesa-glx": ("libgl1",),
    "libjpeg62-dev": ("libjpeg62-turbo-dev", "libjpeg-dev"),
    "libmysqlclient-dev": ("default-libmysqlclient-dev",),
    "mysql-client": ("default-mysql-client", "mariadb-client"),
    "mysql-server": ("default-mysql-server", "mariadb-server"),
    "netcat": ("netcat-openbsd",),
    "nodejs-legacy": ("nodejs",),
    "openjdk-8-jdk": ("openjdk-17-jdk", "openjdk-21-jdk"),
    "openjdk-11-jdk": ("openjdk-17-jdk", "openjdk-21-jdk"),
    "py-pip": ("py3-pip",),
    "py2-pip": ("py3-pip",),
    "python-software-properties": ("software-properties-common",),
    "python": ("python3",),
    "python-dev": ("python3-dev",),
    "ttf-freefont": ("fonts-freefont-ttf", "font-freefont"),
    "ttf-dejavu": ("fonts-dejavu", "font-dejavu"),
    "ttf-opensans": ("fonts-open-sans", "font-opensans"),
}
"""Old names, and those that took their place."""
