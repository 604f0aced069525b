"""Why a message did not go out: each reason in words, with what follows from it."""

from quyu.kernel.refusal import Refusal


class Undelivered(Refusal):
    """A message was not taken.

    `is_final`: trying again would not help. `is_bad_address`: nothing may be sent there before the owner confirms
    it anew. `is_server`: the server, not the message, is the reason; others by the same way wait as well.
    """

    is_final = False
    is_bad_address = False
    is_server = False


class HostUnknown(Undelivered):
    is_server = True

    def __init__(self, host: str) -> None:
        super().__init__("mail_host_unknown", "找不到服务器 {host}，请检查主机名和网络。", host=host)


class ServerGone(Undelivered):
    is_server = True

    def __init__(self, host: str, port: int | str) -> None:
        super().__init__(
            "mail_server_gone",
            "连不上服务器 {host}:{port}，请检查端口、防火墙和服务器是否在运行。",
            host=host,
            port=port,
        )


class ServerSilent(Undelivered):
    is_server = True

    def __init__(self, host: str, seconds: int) -> None:
        super().__init__(
            "mail_server_silent", "服务器 {host} 在 {seconds} 秒内没有回应。", host=host, seconds=seconds
        )


class NotEncrypted(Undelivered):
    is_server = True

    def __init__(self, host: str) -> None:
        super().__init__(
            "mail_not_encrypted",
            "与服务器 {host} 没有建立加密连接，请检查 QUYU_MAIL_TLS、端口和证书。",
            host=host,
        )


class LoginRefused(Undelivered):
    is_server = True

    def __init__(self, host: str, answer: str) -> None:
        super().__init__(
            "mail_login_refused",
            "服务器 {host} 拒绝登录，请检查用户名和密码。服务器的回答：{answer}",
            host=host,
            answer=answer,
        )


class SenderRefused(Undelivered):
    is_server = True

    def __init__(self, sender: str, answer: str) -> None:
        super().__init__(
            "mail_sender_refused",
            "服务器不接受发件人 {sender}，请检查 QUYU_MAIL_FROM。服务器的回答：{answer}",
            sender=sender,
            answer=answer,
        )


class RecipientRefused(Undelivered):
    is_final = is_bad_address = True

    def __init__(self, answer: str) -> None:
        super().__init__(
            "mail_recipient_refused",
            "服务器拒收这个收件人，请检查地址。服务器的回答：{answer}",
            answer=answer,
        )


class NotNow(Undelivered):
    """A server asks to come again later, as many do with whom they see for the first time."""

    def __init__(self, answer: str) -> None:
        super().__init__("mail_not_now", "服务器暂时不收，稍后再发。服务器的回答：{answer}", answer=answer)


class MessageRefused(Undelivered):
    is_final = True

    def __init__(self, answer: str) -> None:
        super().__init__("mail_message_refused", "服务器不收这封邮件。服务器的回答：{answer}", answer=answer)


class RobotRefused(Undelivered):
    def __init__(self, answer: str) -> None:
        super().__init__("robot_refused", "群机器人没有收下这条消息。服务的回答：{answer}", answer=answer)


class RobotGone(RobotRefused):
    """The robot was taken out of its group, or its key or word of safety differs."""

    is_final = is_bad_address = True


class SealBroken(Undelivered):
    is_final = is_bad_address = True

    def __init__(self) -> None:
        super().__init__("seal_broken", "本站的密钥换过，机器人地址读不出来了，请重新填写群机器人的地址。")


class WayClosed(Undelivered):
    """The site was set up without mail or robots after the message was queued."""

    def __init__(self) -> None:
        super().__init__("way_closed", "本站现在没有开通这种发送方式。")


class AccountClosed(Undelivered):
    is_final = True

    def __init__(self) -> None:
        super().__init__("account_closed", "账号已停用。")


class Broken(Undelivered):
    """A fault of ours; the log has it."""

    def __init__(self) -> None:
        super().__init__("message_broken", "制作消息时出错，已记入日志。")
