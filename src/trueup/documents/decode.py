"""The bytes of a file to its text: UTF-8, of bounded size."""

import codecs

from trueup.documents.raw import Fault

MOST_BYTES = 1024 * 1024
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
SAVE_AS_UTF_8 = "Save the file as UTF-8."


def encoded(data: str | bytes) -> bytes:
    """Return text as the bytes that a file of it would have."""
    return data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data


def decoded(data: str | bytes) -> str | Fault:
    """Return the text of a file, or why there is none."""
    content = encoded(data)
    if len(content) > MOST_BYTES:
        return Fault(0, (), "the file is larger than 1 MiB", "Split it into several files.")
    if content.startswith(UTF_16):
        return Fault(0, (), "the file is UTF-16, not UTF-8", SAVE_AS_UTF_8)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Fault(line, (), "the file has bytes that are not UTF-8", SAVE_AS_UTF_8)
