"""Regular expressions of addresses: RFC 5321 and 6531 (mail), 3986 (URI), 3987 (IRI), 4291 (IPv6), 6570 (templates)."""

from __future__ import annotations

_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
IPV4 = rf"(?:{_OCTET}\.){{3}}{_OCTET}"


def _ipv6() -> str:
    """Return all ways to write eight groups of which `::` may leave some out; the last two may be an IPv4 address."""
    group = "[0-9A-Fa-f]{1,4}"
    last = f"(?:{group}:{group}|{IPV4})"
    ways = [f"(?:{group}:){{6}}{last}"]
    for left in range(8):
        before = f"(?:{group}(?::{group}){{0,{left - 1}}})?" if left else ""
        groups = 5 - left
        if groups >= 0:
            ways.append(f"{before}::(?:{group}:){{{groups}}}{last}")
        else:
            ways.append(f"{before}::{group if groups == -1 else ''}")
    return f"(?:{'|'.join(ways)})"


IPV6 = _ipv6()

_UNRESERVED, _DELIMITERS, _PERCENT = "A-Za-z0-9._~-", "!$&'()*+,;=", "%[0-9A-Fa-f]{2}"
_UCS = (
    "\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef"
    + "".join(f"{chr(plane << 16)}-{chr((plane << 16) + 0xFFFD)}" for plane in range(1, 14))
    + "\U000e1000-\U000efffd"
)
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"


def _references(beyond: str, private: str) -> tuple[str, str]:
    """Return the expressions of an address with a scheme, and of any reference.

    Args:
        beyond: The characters outside ASCII that may stand where letters may.
        private: Those that may stand in a query only.
    """
    plain = f"{_DELIMITERS}{beyond}{_UNRESERVED}"
    char = f"(?:[:@{plain}]|{_PERCENT})"
    future = rf"[vV][0-9A-Fa-f]+\.[:{_DELIMITERS}{_UNRESERVED}]+"
    host = rf"(?:\[(?:{IPV6}|{future})\]|(?:[{plain}]|{_PERCENT})*)"
    authority = f"//(?:(?:[:{plain}]|{_PERCENT})*@)?{host}(?::[0-9]*)?"
    rest = f"(?:/{char}*)*"
    absolute = f"/(?:{char}+{rest})?"
    tail = rf"(?:\?(?:[/?:@{private}{plain}]|{_PERCENT})*)?(?:\#(?:[/?:@{plain}]|{_PERCENT})*)?"
    full = f"[A-Za-z][A-Za-z0-9+.-]*:(?:{authority}{rest}|{absolute}|{char}+{rest}|){tail}"
    relative = f"(?:{authority}{rest}|{absolute}|(?:[@{plain}]|{_PERCENT})+{rest}|){tail}"
    return f"(?:{full})", f"(?:{full}|{relative})"


URI, URI_REFERENCE = _references("", "")
IRI, IRI_REFERENCE = _references(_UCS, _PRIVATE)


def _template() -> str:
    name = f"(?:[A-Za-z0-9_]|{_PERCENT})"
    variable = rf"{name}(?:\.?{name})*(?::[1-9][0-9]{{0,3}}|\*)?"
    expression = rf"\{{[+#./;?&=,!@|]?{variable}(?:,{variable})*\}}"
    plain = f"[!#$&()*+,./0-9:;=?@A-Z\\[\\]_a-z~{_UCS}{_PRIVATE}-]"
    return f"(?:{plain}|{_PERCENT}|{expression})*"


URI_TEMPLATE = _template()


def _mail(beyond: str) -> str:
    atom = f"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~{beyond}-]+"
    quoted = rf'"(?:[ !#-\[\]-~{beyond}]|\\[ -~])*"'
    label = f"[A-Za-z0-9{beyond}](?:[A-Za-z0-9{beyond}-]*[A-Za-z0-9{beyond}])?"
    domain = rf"(?:{label}(?:\.{label})*|\[(?:{IPV4}|IPv6:{IPV6})\])"
    return rf"(?:{atom}(?:\.{atom})*|{quoted})@{domain}"


EMAIL = _mail("")
IDN_EMAIL = _mail("\u0080-\ud7ff\ue000-\U0010ffff")
