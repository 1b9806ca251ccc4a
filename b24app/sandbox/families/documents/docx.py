"""DOCX templates: which places they have, and a document with the places filled; with a plain PDF and picture of it."""

import base64
import io
import re
import struct
import zipfile
import zlib
from html import escape, unescape

_PLACE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_.]*)(?:~[^{}]*)?\}")
_PARTS = re.compile(r"word/(document|header\d*|footer\d*)\.xml")


class BrokenTemplate(Exception):
    """The file is no DOCX."""


def _open(body: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(base64.b64decode(body)))
    except (zipfile.BadZipFile, ValueError):
        raise BrokenTemplate from None


def places(body: str) -> list[str]:
    """Codes of the places of a template, in order, each once."""
    found: dict[str, None] = {}
    with _open(body) as archive:
        for name in archive.namelist():
            if _PARTS.fullmatch(name):
                found |= dict.fromkeys(_PLACE.findall(unescape(archive.read(name).decode())))
    return list(found)


def filled(body: str, values: dict[str, str]) -> str:
    """The template with its places filled; a place without a value becomes empty."""
    target = io.BytesIO()
    with _open(body) as archive, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for item in archive.infolist():
            data = archive.read(item.filename)
            if _PARTS.fullmatch(item.filename):
                data = _PLACE.sub(lambda found: escape(values.get(found.group(1), "")), data.decode()).encode()
            made.writestr(item.filename, data)
    return base64.b64encode(target.getvalue()).decode()


def pdf(title: str) -> str:
    """A valid PDF of one empty page that carries the title: the sandbox has no text layout of its own."""
    name = "FEFF" + title.encode("utf-16-be").hex().upper()
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>", f"<< /Title <{name}> >>",
    ]  # fmt: skip
    data, offsets = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n{one}\nendobj\n".encode()
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 4 0 R >>\nstartxref\n{len(data)}\n%%EOF"
    data += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode()
    return base64.b64encode(data).decode()


def picture() -> str:
    """A white PNG with the proportions of a page."""
    width, height = 60, 85
    rows = b"".join(b"\0" + b"\xff" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    return base64.b64encode(data).decode()
