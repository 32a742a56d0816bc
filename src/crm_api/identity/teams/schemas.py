"""Bodies and answers of teams."""

from pydantic import Field

from crm_api.kit.schemas import DeletableRead, ExternalIds, Id, Line, LinkedRead, Schema


class TeamWrite(Schema):
    """What a client may say about a team; every key may be left out of a change."""

    name: Line = Field("", description="Name.", examples=["华东大区"])
    parent_id: Id | None = Field(None, description="The team above; null at the top.")
    leader_id: Id | None = Field(None, description="The user who leads it.")
    external_ids: ExternalIds = Field(default_factory=list, description="Keys in other systems; each unique.")


class TeamCreate(TeamWrite):
    """A new team."""

    id: Id | None = Field(None, description="Chosen by the client; made when absent.")
    name: Line = Field(description="Name.", examples=["华东大区"])


class TeamUpdate(TeamWrite):
    """Changes: absent keeps, null clears."""


class TeamMove(Schema):
    """The new place in the tree."""

    parent_id: Id | None = Field(description="The team above from now on; null for the top.")


class TeamRead(LinkedRead, DeletableRead):
    """A team."""

    name: str = Field(description="Name.")
    parent_id: str | None = Field(description="The team above; null at the top.")
    leader_id: str | None = Field(description="The user who leads it.")
    path: list[Id] = Field(description="Ids of the teams from the top down to this one, itself included.")
