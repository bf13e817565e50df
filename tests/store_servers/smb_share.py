"""impacket's SMB 2 server: one share of one folder for the accounts that are named; started as a program.

``smb_share.py PORT FOLDER NAME PASSWORD …``
"""

from __future__ import annotations

import sys

import impacket.smbserver as served  # type: ignore[import-not-found]
from impacket.nt_errors import STATUS_OBJECT_NAME_NOT_FOUND  # type: ignore[import-not-found]
from impacket.ntlm import compute_lmhash, compute_nthash  # type: ignore[import-not-found]

# Windows and Samba say so of a name that is not there ([MS-SMB2] 3.3.5.9), impacket what is of listings.
served.STATUS_NO_SUCH_FILE = STATUS_OBJECT_NAME_NOT_FOUND
port, folder, *accounts = sys.argv[1:]
server = served.SimpleSMBServer("127.0.0.1", int(port))
server.setSMB2Support(True)
server.addShare("EXTRACTS", folder)
for number, (name, password) in enumerate(zip(accounts[::2], accounts[1::2], strict=True)):
    server.addCredential(name, number, compute_lmhash(password), compute_nthash(password))
server.start()
