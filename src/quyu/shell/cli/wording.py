"""What Click itself says, in Chinese: its refusals, the notes in its help, the names of its types.

Click asks the gettext of the system for its words, which knows no Chinese of them; here each module of Click
gets a table instead. A sentence not in the table stays as Click wrote it.
"""

import unicodedata

from click import core, decorators, exceptions, formatting, termui, types
from click import parser as options

WORDS = {
    "Error: {message}": "错误：{message}",
    "Try '{command} {option}' for help.": "查看帮助：{command} {option}",
    "Aborted!": "已放弃。",
    "Did you mean {possibility}?": "是不是 {possibility}？",
    "(Did you mean one of: {possibilities}?)": "（是不是其中之一：{possibilities}？）",
    "Invalid value: {message}": "值不对：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 的值不对：{message}",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "Missing command.": "缺少命令。",
    "No such option {name!r}.": "没有选项 {name!r}。",
    "No such command {name!r}.": "没有命令 {name!r}。",
    "Got unexpected extra argument ({args})": "多出的参数：{args}",
    "Got unexpected extra arguments ({args})": "多出的参数：{args}",
    "Option {name!r} requires an argument.": "选项 {name!r} 后面要写一个值。",
    "Option {name!r} does not take a value.": "选项 {name!r} 后面不写值。",
    "Could not open file {filename!r}: {message}": "打不开文件 {filename!r}：{message}",
    "Choose from:\n\t{choices}": "可选：\n\t{choices}",
    "{value!r} is not a valid {number_type}.": "{value!r} 不是数。",
    "{value} is not in the range {range}.": "{value} 不在 {range} 之内。",
    "{value!r} is not {choice}.": "{value!r} 不是 {choice}。",
    "{value!r} is not one of {choices}.": "{value!r} 不在可选的值 {choices} 之中。",
    "{name} {filename!r} does not exist.": "{filename!r} 不存在。",
    "{name} {filename!r} is a file.": "{filename!r} 是文件，这里要目录。",
    "{name} {filename!r} is a directory.": "{filename!r} 是目录，这里要文件。",
    "{name} {filename!r} is not readable.": "{filename!r} 不能读取。",
    "{name} {filename!r} is not writable.": "{filename!r} 不能写入。",
    "file": "文件",
    "directory": "目录",
    "path": "路径",
    "required": "必填",
    "default: {default}": "默认 {default}",
    "env var: {var}": "环境变量 {var}",
    "Error: invalid input": "请回答 y 或 n",
}

TYPES = {
    types.StringParamType: "文本",
    types.IntParamType: "整数",
    types.IntRange: "整数",
    types.FloatParamType: "数",
    types.FloatRange: "数",
}
"""How the help names what an option takes."""


def one(message: str) -> str:
    """The sentence in Chinese, or as it is."""
    return WORDS.get(message, message)


def several(singular: str, plural: str, count: int) -> str:
    """The same for a sentence with a number in it."""
    return one(singular if count == 1 else plural)


def speak_chinese() -> None:
    """From now on Click speaks Chinese in this process."""
    for module in (core, decorators, exceptions, options, termui, types):
        names = vars(module)
        names |= {name: word for name, word in (("_", one), ("ngettext", several)) if name in names}
    for kind, name in TYPES.items():
        kind.name = name
    vars(formatting)["term_len"] = columns


def columns(text: str) -> int:
    """How wide a terminal shows the text: a Chinese character takes two columns."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
