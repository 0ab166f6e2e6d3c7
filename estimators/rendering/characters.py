"""Any text as LaTeX that every engine sets, pdflatex included: one table, and a macro for what is not in it."""

import re
import unicodedata
from string import ascii_letters, digits

PLAIN = frozenset(ascii_letters + digits + " .;:!?/()+=|'@")
ASCII = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", '"': r"\textquotedbl{}", "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}", "-": "{-}", ",": "{,}", "<": "{<}", ">": "{>}", "[": "{[}", "]": "{]}", "*": "{*}", "@": "@",
}  # fmt: skip  # braces: no ligatures (-- is not –), no arguments after \\ or \item
ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0306": "u", "\u0307": ".", "\u0308": '"',
    "\u030a": "r", "\u030b": "H", "\u030c": "v", "\u0323": "d", "\u0327": "c", "\u0328": "k", "\u0331": "b",
}  # fmt: skip
OVER = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0307": "dot", "\u0308": "ddot", "\u030c": "check"}
NAMED = {
    "ß": "ss", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L", "đ": "dj", "Đ": "DJ", "þ": "th",
    "Þ": "TH", "ð": "dh", "Ð": "DH", "ı": "i", "¿": "textquestiondown", "¡": "textexclamdown", "«": "guillemotleft",
    "»": "guillemotright", "‹": "guilsinglleft", "›": "guilsinglright", "ª": "textordfeminine", "º": "textordmasculine",
    "°": "textdegree", "§": "textsection", "¶": "textparagraph", "©": "textcopyright", "®": "textregistered", "™": "texttrademark",
    "€": "texteuro", "£": "textsterling", "¥": "textyen", "¢": "textcent", "–": "textendash", "—": "textemdash",
    "‘": "textquoteleft", "’": "textquoteright", "“": "textquotedblleft", "”": "textquotedblright", "„": "quotedblbase",
    "‚": "quotesinglbase", "…": "textellipsis", "•": "textbullet", "×": "texttimes", "÷": "textdiv", "±": "textpm",
    "·": "textperiodcentered", "²": "texttwosuperior", "³": "textthreesuperior", "¹": "textonesuperior", "½": "textonehalf",
    "¼": "textonequarter", "¾": "textthreequarters", "µ": "textmu", "‰": "textperthousand", "†": "textdagger",
    "‡": "textdaggerdbl", "¬": "textlnot", "№": "textnumero",
}  # fmt: skip
MATHEMATICAL = {
    "−": "-", "≤": r"\leq", "≥": r"\geq", "≠": r"\neq", "≈": r"\approx", "∼": r"\sim", "≡": r"\equiv", "∝": r"\propto",
    "∞": r"\infty", "∑": r"\sum", "∏": r"\prod", "√": r"\surd", "∂": r"\partial", "∫": r"\int", "∈": r"\in", "∉": r"\notin",
    "∩": r"\cap", "∪": r"\cup", "⊂": r"\subset", "⊆": r"\subseteq", "∅": r"\emptyset", "∀": r"\forall", "∃": r"\exists",
    "∧": r"\wedge", "∨": r"\vee", "→": r"\rightarrow", "←": r"\leftarrow", "↑": r"\uparrow", "↓": r"\downarrow",
    "↔": r"\leftrightarrow", "⇒": r"\Rightarrow", "⇔": r"\Leftrightarrow", "⋅": r"\cdot", "′": r"'", "″": r"''", "∓": r"\mp",
    "∆": r"\Delta", "∇": r"\nabla", "ℓ": r"\ell", "≪": r"\ll", "≫": r"\gg", "△": r"\triangle", "○": r"\bigcirc", "★": r"\star",
}  # fmt: skip
GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ζ": "zeta", "η": "eta", "θ": "theta", "ι": "iota",
    "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma", "ς": "varsigma", "τ": "tau",
    "υ": "upsilon", "φ": "varphi", "ϕ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta",
    "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega", "ϵ": "epsilon", "ϑ": "vartheta",
}  # fmt: skip
RAISED = dict(zip("⁰⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱ", ("0", "4", "5", "6", "7", "8", "9", "+", "{-}", "n", "i"), strict=True))
LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋", ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "+", "{-}"), strict=True))
SPACES = {
    "\u00a0": "~", "\u2009": r"\,", "\u202f": r"\,", "\u2002": r"\enspace{}", "\u2003": r"\quad{}", "\u200b": r"\allowbreak{}",
    "\u00ad": r"\-", "\u2010": "{-}", "\u2011": r"\mbox{-}", "\u200a": r"\,", "\u200d": "", "\ufe0f": "", "\u200e": "", "\u200f": "",
}  # fmt: skip
KNOWN = (
    {character: character for character in PLAIN}
    | ASCII
    | {character: rf"\{name}{{}}" for character, name in NAMED.items()}
    | {character: rf"\ensuremath{{{written}}}" for character, written in MATHEMATICAL.items()}
    | {character: rf"\ensuremath{{\{name}}}" for character, name in GREEK.items()}
    | {character: rf"\textsuperscript{{{written}}}" for character, written in RAISED.items()}
    | {character: rf"\textsubscript{{{written}}}" for character, written in LOWERED.items()}
    | SPACES
)
CLUSTER = re.compile("(?s).[\u0300-\u036f]*")


def escaped(text: str) -> str:
    r"""A text as LaTeX, in ASCII alone; what has no name is ``\character{1F600}``, by its number.

    Examples
    --------
    >>> print(escaped("50 % of ρ – k̂, é & <b>"))
    50 \% of \ensuremath{\rho} \textendash{} \^{k}{,} \'{e} \& {<}b{>}
    """
    return "".join(map(_cluster, CLUSTER.findall(unicodedata.normalize("NFC", text))))


def _cluster(cluster: str) -> str:
    """A character with the accents that follow it."""
    if cluster in KNOWN:
        return KNOWN[cluster]
    base, *accents = list(unicodedata.normalize("NFD", cluster))
    if base in GREEK and len(accents) == 1 and accents[0] in OVER:
        return rf"\ensuremath{{\{OVER[accents[0]]}{{\{GREEK[base]}}}}}"
    if base in ascii_letters and accents and all(accent in ACCENTS for accent in accents):
        written = base
        for accent in accents:
            written = rf"\{ACCENTS[accent]}{{{written}}}"
        return written
    if base in KNOWN and accents:
        return KNOWN[base] + "".join(map(_numbered, accents))
    return "".join(KNOWN.get(character) or _numbered(character) for character in cluster)


def _numbered(character: str) -> str:
    return rf"\character{{{ord(character):X}}}"
