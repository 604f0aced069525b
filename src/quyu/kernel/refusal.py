"""A refusal: the product says no to a person, with the reason and the numbers behind it."""

from collections.abc import Mapping


class Refusal(Exception):
    """A request that cannot be carried out, said so that the user can act on it.

    `code` is stable and lower-case; `template` is Chinese text with `{name}` fields and is the
    translation key; `numbers` fills the fields. Subclass it beside the function that raises it.
    """

    def __init__(self, code: str, template: str, **numbers: object) -> None:
        super().__init__(code, template)
        self.code = code
        self.template = template
        self.numbers: Mapping[str, object] = numbers

    def __str__(self) -> str:
        return self.template.format(**self.numbers)
