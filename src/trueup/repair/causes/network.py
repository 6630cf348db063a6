"""What passes by itself: names not resolved, hosts that do not answer, mirrors in mid-sync.

In a build, or while an image is fetched, the same act is worth another try. A service that
writes such a line may wait for another one, so there it counts for less than anything else.
"""

import re
from collections.abc import Iterator

from trueup.repair.cause import Cause

BUILT = re.compile(r"\S")
RAN = re.compile(r"^$")

DNS = (
    ("Temporary failure resolving", r"Temporary failure resolving '(?P<subject>[^']{1,200})'"),
    ("Temporary failure in name resolution", r"Temporary failure in name resolution"),
    ("Could not resolve host", r"Could not resolve host:? ?(?P<subject>[\w.-]{0,200})"),
    ("EAI_AGAIN", r"getaddrinfo EAI_AGAIN ?(?P<subject>[\w.-]{0,200})"),
    ("ENOTFOUND", r"getaddrinfo ENOTFOUND ?(?P<subject>[\w.-]{0,200})"),
    ("no such host", r"lookup (?P<subject>[\w.-]{1,200})[^:]{0,100}: no such host"),
    ("temporary error (try again later)", r"temporary error \(try again later\)"),
    ("server misbehaving", r"lookup (?P<subject>[\w.-]{1,200}).{0,100}: server misbehaving"),
)
SILENT = (
    ("TLS handshake timeout", r"TLS handshake timeout"),
    ("i/o timeout", r"dial tcp.{0,200}: i/o timeout"),
    ("ETIMEDOUT", r"\bE(?:SOCKET)?TIMEDOUT\b"),
    ("ERR_SOCKET_TIMEOUT", r"ERR_SOCKET_TIMEOUT"),
    ("ECONNREFUSED", r"\bECONNREFUSED\b"),
    ("onnection refused", r"[Cc]onnection refused"),
    ("ECONNRESET", r"\bECONNRESET\b"),
    ("network aborted", r"npm (?:ERR!|error) network"),
    ("onnection reset by peer", r"[Cc]onnection reset by peer"),
    ("onnection timed out", r"[Cc]onnection timed out"),
    ("ReadTimeoutError", r"ReadTimeoutError.{0,100}host='(?P<subject>[^']{1,200})'"),
    ("Max retries exceeded", r"(?:host='(?P<subject>[^']{1,200})'.{0,200})?Max retries exceeded"),
    ("IncompleteRead", r"IncompleteRead"),
    ("ProtocolError", r"ProtocolError\('Connection"),
    ("unexpected EOF", r"(?:failed to (?:copy|do request)|httpReadSeeker).{0,300}unexpected EOF"),
    ("etwork is unreachable", r"[Nn]etwork is unreachable"),
    ("Unable to connect to", r"Unable to connect to (?P<subject>[\w.:-]{1,200})"),
    ("Connection failed", r"^(?:E|W|Err).{0,300}Connection failed"),
    ("non-properly terminated", r"TLS connection was non-properly terminated"),
)  # fmt: skip
REFUSED = (
    ("oo many requests", r"429 [Tt]oo [Mm]any [Rr]equests|HTTP error 429|toomanyrequests"),
    ("oo Many Requests", r"429:? Too Many Requests"),
    ("toomanyrequests", r"toomanyrequests"),
    ("Internal Server Error", r"\b500:? {1,2}Internal Server Error"),
    ("Bad Gateway", r"\b502:? {1,2}Bad Gateway"),
    ("Service Unavailable", r"\b503:? {1,2}Service (?:Temporarily )?Unavailable"),
    ("Gateway Time", r"\b504:? {1,2}Gateway Time-?out"),
    ("HTTPError: 5", r"HTTPError: 5\d\d"),
    ("code E50", r"npm (?:ERR!|error) code E50\d"),
    ("code E429", r"npm (?:ERR!|error) code E429"),
)
MIRROR = (
    ("Hash Sum mismatch", r"Hash Sum mismatch"),
    ("Mirror sync in progress", r"unexpected size.{0,200}Mirror sync in progress"),
    ("EINTEGRITY", r"\bEINTEGRITY\b"),
)
PASSED = (("Retrying (Retry(total=", r"Retrying \(Retry\(total=0.{0,300}broken by"),)


def _causes() -> Iterator[Cause]:
    for kind, texts, says, confidence in (
        ("network-dns", DNS, "A name was not resolved.", 0.93),
        ("network-silent", SILENT, "A host on the network did not answer.", 0.9),
        ("network-refused", REFUSED, "A server was out of order, or asked to wait.", 0.9),
        ("network-mirror", MIRROR, "A mirror had files that did not fit together.", 0.9),
        ("network-silent", PASSED, "An index did not answer.", 0.75),
    ):
        for needle, pattern in texts:
            read = re.compile(pattern)
            yield Cause(kind, needle, read, says, confidence, transient=True, stage=BUILT)
            yield Cause(kind, needle, read, says, 0.5, transient=True, stage=RAN)


CAUSES = tuple(_causes())
