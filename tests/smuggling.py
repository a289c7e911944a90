"""What is no end of a mail, though some mail server took it for one; what follows would be a second, smuggled one."""

ENDS = {
    "LF.LF": b"\n.\n",
    "LF.CRLF": b"\n.\r\n",
    "CRLF.LF": b"\r\n.\n",
    "CRLF.CRCRLF": b"\r\n.\r\r\n",
    "CRCRLF.LF": b"\r\r\n.\n",
    "LF.CRCRLF": b"\n.\r\r\n",
    "CR.CR": b"\r.\r",
    "CR.LF": b"\r.\n",
    "CR.CRLF": b"\r.\r\n",
    "CRLF.CR": b"\r\n.\r",
    "NUL.CRLF": b"\r\n\0.\r\n",
    "CRLF..CRLF": b"\r\n..\r\n",
    "LF.CR": b"\n.\r",
    "CRLF.NUL.CRLF": b"\r\n.\0\r\n",
    "CRLF.space.CRLF": b"\r\n. \r\n",
}
