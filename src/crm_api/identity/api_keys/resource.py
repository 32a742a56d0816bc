"""API keys as a resource: for those who administer integrations."""

from crm_api.identity.api_keys.models import ApiKey
from crm_api.kit.access import everyone
from crm_api.kit.resource import Resource

api_keys = Resource(name="api_keys", singular="api_key", model=ApiKey, access=everyone(), events=("revoked",))
REVOKE = api_keys.action("revoke")
