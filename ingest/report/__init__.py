"""Problems back to the user: his own file with the cells marked and commented, and the list of all problems."""

from ingest.report.listing import Listed, as_csv, as_xlsx
from ingest.report.marking import Mark, Marked, mark

__all__ = ["Listed", "Mark", "Marked", "as_csv", "as_xlsx", "mark"]
