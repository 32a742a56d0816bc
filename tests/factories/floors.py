"""A company with a tree of teams and somebody in every place from which a row is own, near or foreign."""

from dataclasses import dataclass

from tests.factories.companies import Actor, Company


@dataclass(frozen=True)
class Floor:
    """`north` is above `city`; `south` is beside them. `agent` and `mate` share `city`."""

    company: Company
    north: str
    city: str
    south: str
    supervisor: Actor
    agent: Actor
    mate: Actor
    stranger: Actor


async def furnish(company: Company) -> Floor:
    """Three teams, with a supervisor, two agents and a stranger in them."""
    north = await company.team("North")
    city = await company.team("City", parent_id=north)
    south = await company.team("South")
    return Floor(
        company,
        north,
        city,
        south,
        supervisor=await company.user("sales_supervisor", team_id=north, name="Supervisor"),
        agent=await company.user("account_manager", team_id=city, name="Agent"),
        mate=await company.user("account_manager", team_id=city, name="Mate"),
        stranger=await company.user("account_manager", team_id=south, name="Stranger"),
    )
