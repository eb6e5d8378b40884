"""What may befall an answer on its way out: other words, other keys, an early end."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flask import Response

from sandbox.faults import drop_connection

type Json = Mapping[str, object]

_SPANISH = {
    429: "Se ha excedido el límite de solicitudes simultáneas. Solicitud bloqueada.",
    401: "Intento de inicio de sesión no válido.",
    403: "Infracción de permiso.",
    404: "El registro no existe.",
}
_OTHERWISE = "Se ha producido un error al procesar la solicitud."
_PIECES = 10
_CASINGS: dict[str, Callable[[str], str]] = {"upper": str.upper, "title": str.title}


def translated(body: Json, language: str | None) -> Json:
    """Only words are translated. Bodies without details, as the token endpoint's, have none."""
    details = body.get("o:errorDetails")
    if language != "es" or not isinstance(details, list):
        return body
    status = body.get("status")
    words = _SPANISH.get(status, _OTHERWISE) if isinstance(status, int) else _OTHERWISE
    return {
        **body,
        "title": "Solicitud rechazada",
        "o:errorDetails": [{**each, "detail": words} for each in details],
    }


def recased(item: Json, casing: str | None) -> dict[str, object]:
    """Every row has ``links`` by the envelope, which stays as it is."""
    change = _CASINGS.get(casing or "", str)
    return {key if key == "links" else change(key): value for key, value in item.items()}


def trickled(response: Response, pause: Callable[[], None]) -> Response:
    """Says how long the whole is, and sends it in ten pieces with a pause after each."""
    whole = response.get_data()
    size = len(whole) // _PIECES + 1

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(whole), size):
            yield whole[start : start + size]
            pause()

    response.response = pieces()
    response.headers["Content-Length"] = str(len(whole))
    return response


def cut_off(response: Response, share: float, environ: Mapping[str, Any]) -> Response:
    """Says how long the whole is, sends a part of it, and breaks the connection."""
    whole = response.get_data()

    def part() -> Iterator[bytes]:
        yield whole[: int(len(whole) * share)]
        drop_connection(environ)

    response.response = part()
    response.headers["Content-Length"] = str(len(whole))
    return response
