"""A believable bilingual company to look at: teams, people, customers, eighteen months of deals.

Everything is made through the services, by the people who would have done it and at the time they would have.
"""

from crm_api.server.demo.bodies import PASSWORD
from crm_api.server.demo.loading import load

__all__ = ["PASSWORD", "load"]
