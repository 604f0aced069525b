"""What the API says when it refuses: always JSON with a stable `code` and a Chinese `message`."""

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

API = "/api/"
ERRORS = {
    400: ("bad_request", _("请求无法理解，请检查地址、参数和 JSON 格式。")),
    401: ("not_signed_in", _("请先登录，或提供有效的访问令牌。")),
    403: ("forbidden", _("您没有这项权限。")),
    404: ("not_found", _("找不到这条记录，或者它不在您的数据范围内。")),
    405: ("method_not_allowed", _("这个地址不支持这种请求方法。")),
    409: ("conflict", _("与现有数据冲突，没有写入。")),
    413: ("too_large", _("请求内容过大。")),
    415: ("media_type", _("请以 application/json 发送内容。")),
    422: ("invalid", _("内容有误，没有写入。")),
    429: ("too_many_requests", _("请求过于频繁，请稍后再试。")),
    500: ("failure", _("系统出错了，错误已经记录。请稍后再试。")),
}


def answer(status: int, *, code: str = "", message: str = "", **more: Any) -> JsonResponse:
    """A refusal; without `code` and `message`, those of the status."""
    usual_code, usual_message = ERRORS.get(status, ERRORS[400])
    body = {"code": code or usual_code, "message": message or gettext(str(usual_message)), **more}
    return JsonResponse(body, status=status)


class JsonErrorsMiddleware:
    """Below `/api/` an error made elsewhere (routing, method, CSRF, failure) is told as JSON too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not request.path.startswith(API) or response.status_code < 400 or has_code(response):
            return response
        told = answer(response.status_code)
        for name in ("Allow", "Retry-After", "Content-Language"):
            if name in response.headers:
                told[name] = response.headers[name]
        told.cookies = response.cookies
        return told


def has_code(response: HttpResponseBase) -> bool:
    """Whether the body already is one of our refusals."""
    if not isinstance(response, HttpResponse) or "json" not in response.headers.get("Content-Type", ""):
        return False
    body = json.loads(response.content)
    return isinstance(body, dict) and ("code" in body or "errors" in body)
