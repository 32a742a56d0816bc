"""`/api/v1/auth`: sign in, carry on, sign out, ask who you are."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request

from crm_api.identity.auth.schemas import Credentials, Me, PasswordForm, Refresh, Tokens
from crm_api.identity.auth.service import AuthService
from crm_api.kit.allowed import public, signed_in
from crm_api.kit.http import KitRoute
from crm_api.kit.uow import PublicUnit, UnitOfWork

router = APIRouter(prefix="/api/v1/auth", tags=["auth"], route_class=KitRoute)
Visitor = Annotated[PublicUnit, public()]
Self = Annotated[UnitOfWork, signed_in()]


def _service(request: Request, unit: UnitOfWork) -> AuthService:
    return AuthService(unit, request.app.state.authentication, request.app.state.guessing)


@router.post("/login", response_model=Tokens, operation_id="auth_login", summary="Sign in")
async def login(request: Request, data: Credentials, unit: Visitor) -> Any:
    """Exchange e-mail and password for tokens. Someone in several companies gets 409 listing them, until `tenant` names one."""
    return await _service(request, unit).login(unit, data, unit.origin.ip or "")


@router.post(
    "/token", response_model=Tokens, operation_id="auth_token", summary="Sign in with a form (OAuth2)"
)
async def token(request: Request, form: Annotated[PasswordForm, Form()], unit: Visitor) -> Any:
    """The OAuth2 password form that the Authorize button of the documentation sends. `username` is the e-mail address."""
    return await _service(request, unit).login(unit, form.credentials(), unit.origin.ip or "")


@router.post(
    "/refresh", response_model=Tokens, operation_id="auth_refresh", summary="Exchange a refresh token"
)
async def refresh(request: Request, data: Refresh, unit: Visitor) -> Any:
    """Each refresh token works once. Using one a second time ends the session: it has been stolen or leaked."""
    return await _service(request, unit).refresh(unit, data.refresh_token)


@router.post("/logout", status_code=204, operation_id="auth_logout", summary="Sign out")
async def logout(request: Request, uow: Self) -> None:
    """End the session: its refresh token works no more, its access token for at most another second."""
    await _service(request, uow).logout()


@router.get("/me", response_model=Me, operation_id="auth_me", summary="Who am I")
async def me(request: Request, uow: Self) -> Any:
    """Profile, roles and effective permissions of the caller."""
    return await _service(request, uow).me()
