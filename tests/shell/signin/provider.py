"""A small OpenID provider on loopback: discovery, authorization, token, keys, user info; it can be told to lie."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "quyu", "provider secret"
KEY, OTHER_KEY = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


class Provider:
    """What it will say: `claims` over the honest ones, `userinfo` over the claims, keys, algorithm."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.discovery: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.key: Any = KEY
        self.algorithm = "RS256"
        self.headers: dict[str, Any] = {"kid": "one"}
        self.down: set[str] = set()
        self.codes: dict[str, dict[str, str]] = {}

    def authorize(self, query: dict[str, str]) -> str:
        """What the browser would see after signing in there: the address it is sent back to."""
        code = f"code{len(self.codes)}"
        self.codes[code] = query
        return f"{query['redirect_uri']}?code={code}&state={query['state']}"

    def id_token(self, query: dict[str, str]) -> str:
        now = int(time.time())
        honest = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "subject-1",
            "iat": now,
            "exp": now + 300,
            "nonce": query.get("nonce", ""),
            "preferred_username": "zhao",
        }
        claims = {name: value for name, value in {**honest, **self.claims}.items() if value is not None}
        return jwt.encode(claims, self.key, algorithm=self.algorithm, headers=self.headers)

    def token(self, form: dict[str, str]) -> dict[str, Any]:
        query = self.codes.pop(form["code"])
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == query["code_challenge"]
        return {"access_token": "access", "token_type": "Bearer", "id_token": self.id_token(query)}

    def answer(self, path: str, form: dict[str, str]) -> dict[str, Any]:
        pages: dict[str, Any] = {
            "/.well-known/openid-configuration": lambda: {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                **self.discovery,
            },
            "/keys": lambda: {"keys": [public_key()]},
            "/token": lambda: self.token(form),
            "/userinfo": lambda: {"sub": "subject-1", **self.userinfo},
        }
        return dict(pages[path]())


def public_key() -> dict[str, Any]:
    return {**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key())), "kid": "one", "use": "sig"}


@contextmanager
def provider() -> Iterator[Provider]:
    """Runs until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.reply({})

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.reply({name: values[0] for name, values in parse_qs(raw).items()})

        def reply(self, form: dict[str, str]) -> None:
            path = urlsplit(self.path).path
            self.send_response(500 if path in made.down else 200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps({} if path in made.down else made.answer(path, form)).encode())

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Provider(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
