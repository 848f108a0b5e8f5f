"""Serves the repositories below a folder through `git http-backend`, asking for a password.

    git_http_server.py FOLDER USER PASSWORD [CERTIFICATE KEY]

Prints its port on 127.0.0.1. Below /elsewhere it redirects to another host. A refusal repeats what
was sent, as a careless server may. Ends when standard input closes.
"""

import base64
import http.server
import os
import ssl
import subprocess
import sys
import threading

folder, user, password = sys.argv[1:4]
expected = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class Requests(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self):
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        if self.headers.get("Transfer-Encoding", "") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        given = self.headers.get("Authorization")
        if self.path.startswith("/elsewhere"):
            self.reply(302, [("Location", f"http://localhost:{port}{self.path[10:]}")])
            return
        if given != expected:
            self.reply(401, [("WWW-Authenticate", f'Basic realm="{given}"')], (given or "").encode())
            return
        path, _, query = self.path.partition("?")
        result = subprocess.run(
            ["git", "http-backend"],
            input=body,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={
                "PATH": os.environ["PATH"],
                "GIT_CONFIG_GLOBAL": "/dev/null",
                "GIT_CONFIG_SYSTEM": "/dev/null",
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": "safe.directory",
                "GIT_CONFIG_VALUE_0": "*",
                "GIT_PROJECT_ROOT": folder,
                "GIT_HTTP_EXPORT_ALL": "1",
                "REQUEST_METHOD": self.command,
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "REMOTE_USER": user,
                "REMOTE_ADDR": "127.0.0.1",
            },
        ).stdout
        head, _, content = result.partition(b"\r\n\r\n")
        fields = [line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line]
        status = next((int(value.split()[0]) for key, value in fields if key == "Status"), 200)
        self.reply(status, [f for f in fields if f[0] not in ("Status", "Content-Length")], content)

    def reply(self, status, fields, content=b""):
        self.send_response(status)
        for key, value in fields:
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = answer


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Requests)
server.daemon_threads = True
port = server.server_address[1]
if len(sys.argv) > 4:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[4], sys.argv[5])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(port, flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
