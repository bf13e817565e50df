"""Where a service account asks Google for a token: takes one key's signature, and no other's."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

AUDIENCE = "https://oauth2.googleapis.com/token"  # google-auth writes this into a claim, wherever it sends it


def new_key() -> tuple[Any, str]:
    """A public key, and the private one of it as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return key.public_key(), pem.decode()


class Tokens:
    """``url`` is the account's ``token_uri``."""

    def __init__(self, key: Any) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                said = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                try:
                    jwt.decode(said["assertion"][0], key, algorithms=["RS256"], audience=AUDIENCE)
                    status, answer = 200, {"access_token": "Zyxtoken", "expires_in": 3600}
                except jwt.InvalidTokenError:
                    status, answer = 400, {"error": "invalid_grant"}
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/token"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """No token after this."""
        self._server.shutdown()
        self._server.server_close()
