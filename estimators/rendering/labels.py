"""The few words that renderers themselves write, by language; everything else comes with the report."""

from dataclasses import dataclass

from estimators.errors import ModelError


@dataclass(frozen=True)
class Labels:
    """Words of the frame around a report.

    Parameters
    ----------
    table, figure : str
        What stands before the number.
    contents : str
        Heading of the list of sections.
    verdict : str
        What stands before the verdict.
    skip : str
        The link past the list of sections, for readers without a mouse.
    """

    table: str
    figure: str
    contents: str
    verdict: str
    skip: str


LABELS = {
    "en": Labels("Table", "Figure", "Contents", "Verdict", "Skip to the text"),
    "es": Labels("Tabla", "Figura", "Contenido", "Veredicto", "Ir al texto"),
    "pt": Labels("Tabela", "Figura", "Conteúdo", "Veredito", "Ir para o texto"),
}


def labels(language: str) -> Labels:
    """The words of a language.

    Raises
    ------
    ModelError
        Not one of the languages.

    Examples
    --------
    >>> labels("es").table
    'Tabla'
    """
    if language not in LABELS:
        raise ModelError(f"language: {language!r}: expected one of {', '.join(LABELS)}")
    return LABELS[language]
