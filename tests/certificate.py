"""A certificate for the servers of a test, made when needed: no key lies in the repository."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

_CONFIGURATION = """\
[req]
prompt = no
distinguished_name = name
x509_extensions = extensions
[name]
CN = test server
[extensions]
basicConstraints = critical, CA:true
keyUsage = critical, digitalSignature, keyCertSign
subjectKeyIdentifier = hash
subjectAltName = {names}
"""
_CURVE = "ec_paramgen_curve:prime256v1"


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """A self-signed certificate; who trusts `file` trusts the server."""

    file: Path
    """The certificate alone; the variable SSL_CERT_FILE takes it."""

    server: ssl.SSLContext
    """What the server presents."""


def certificate(folder: Path, names: str = "IP:127.0.0.1, DNS:localhost") -> Certificate:
    """Return a certificate for these names, its files in that folder.

    Made with the program `openssl`, which comes with the certificate authorities of Debian.
    """
    configuration, key, file = (folder / name for name in ("openssl.cnf", "key.pem", "cert.pem"))
    configuration.write_text(_CONFIGURATION.format(names=names))
    command = f"openssl req -x509 -nodes -days 2 -newkey ec -pkeyopt {_CURVE} -config".split()
    subprocess.run(
        [*command, configuration, "-keyout", key, "-out", file], check=True, capture_output=True
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    return Certificate(file=file, server=context)
