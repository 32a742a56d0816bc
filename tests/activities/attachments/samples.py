"""Small files of every accepted kind, and of kinds that are refused."""

import io
import struct
import zipfile
import zlib


def archive(*names: str, head: bytes = b"", tail: bytes = b"") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as opened:
        for name in names:
            opened.writestr(name, "content of a part")
    return head + made.getvalue() + tail


def _png() -> bytes:
    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    size = part(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + size + part(b"IDAT", zlib.compress(b"\0\0")) + part(b"IEND", b"")


def _riff(kind: bytes) -> bytes:
    body = kind + b"data" + bytes(20)
    return b"RIFF" + struct.pack("<I", len(body)) + body


PDF = b"%PDF-1.7\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n"
PNG = _png()
GIF = b"GIF89a" + bytes(20) + b";"
DOCX = archive("[Content_Types].xml", "_rels/.rels", "word/document.xml")
ACCEPTED = {
    "application/pdf": (PDF, "pdf"),
    "image/png": (PNG, "png"),
    "image/jpeg": (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(40) + b"\xff\xd9", "jpg"),
    "image/gif": (GIF, "gif"),
    "image/webp": (_riff(b"WEBP"), "webp"),
    "image/tiff": (b"II*\x00" + bytes(30), "tif"),
    "image/heic": (b"\x00\x00\x00\x18ftypheic" + bytes(30), "heic"),
    "video/mp4": (b"\x00\x00\x00\x18ftypisom" + bytes(30), "mp4"),
    "audio/mpeg": (b"ID3\x03" + bytes(30), "mp3"),
    "audio/wav": (_riff(b"WAVE"), "wav"),
    "application/rtf": (b"{\\rtf1\\ansi hello}", "rtf"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (DOCX, "docx"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (
        archive("[Content_Types].xml", "xl/workbook.xml"),
        "xlsx",
    ),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": (
        archive("[Content_Types].xml", "ppt/presentation.xml"),
        "pptx",
    ),
    "text/plain": ("会议纪要: offer, price < 100 & more\n".encode(), "txt"),
}
REFUSED = {
    "empty bytes": b"\x00\x01\x02\x03",
    "html": b"<!DOCTYPE html><html><body>hi</body></html>",
    "html after a text": b"hello " * 50 + b"<script>alert(1)</script>",
    "html at the end of a text": b"hello " * 50_000 + b"<img src=x onerror=alert(1)>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
    "svg with a declaration": b'<?xml version="1.0"?><svg/>',
    "windows program": b"MZ\x90\x00" + bytes(100),
    "linux program": b"\x7fELF\x02\x01\x01" + bytes(100),
    "shell script": b"#!/bin/sh\nrm -rf /\n",
    "batch file": b"@echo off\r\n",
    "php": b"<?php system($_GET['c']); ?>",
    "postscript": b"%!PS-Adobe-3.0",
    "archive": archive("a.txt"),
    "java archive": archive("META-INF/MANIFEST.MF", "A.class"),
    "document with macros": archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
    "document with a program": archive("[Content_Types].xml", "word/document.xml", "word/embeddings/a.exe"),
    "document with something before": archive("[Content_Types].xml", "word/document.xml", head=b"MZ"),
    "document with something after": archive("[Content_Types].xml", "word/document.xml", tail=b"<script>"),
    "image that is an archive": PNG[:-12] + archive("A.class") + PNG[-12:],
    "gif and archive": GIF + archive("A.class"),
    "gif and script": b"GIF89a/*<script>alert(1)</script>*/" + b";",
    "png with a tail": PNG + b"<?php ?>",
    "pdf and archive": PDF + archive("A.class"),
    "archive before a pdf": archive("A.class") + PDF,
    "pdf without an end": b"%PDF-1.7 hello",
    "rtf with an object": b"{\\rtf1 {\\object\\objdata 0105}}",
    "wav with a tail": _riff(b"WAVE") + b"more of it",
}
