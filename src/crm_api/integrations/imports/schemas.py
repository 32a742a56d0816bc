"""Bodies and answers of imports."""

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from crm_api.integrations.imports.models import ImportStatus, Mode, RowStatus
from crm_api.kit.reads import Page
from crm_api.kit.schemas import Flag, Id, Instant, RecordRead, Schema, ShortLine
from crm_api.kit.uploads import Upload

Source = Annotated[str, Field(min_length=1, max_length=63, pattern=r"^[A-Za-z0-9_.-]+$")]
ColumnName = Annotated[str, Field(min_length=1, max_length=200)]
By = Literal["id", "external_id", "code", "email", "name"]
MAPPED = {
    "columns": ["Company"],
    "field": "name",
    "by": None,
    "source": None,
    "values": None,
    "otherwise": "keep",
}
ERROR = {"column": "Mail", "field": "emails", "code": "invalid_email", "params": {}}


class ImportUpload(Schema):
    """A file and what its rows are."""

    file: Upload = Field(description="CSV, XLSX or NDJSON; at most 1,000,000 rows and 200 columns.")
    resource: ShortLine = Field(description="What the rows are.", examples=["customers"])


class ColumnMapping(Schema):
    """Which columns become which field."""

    columns: Annotated[list[ColumnName], Field(min_length=1, max_length=5)] = Field(
        description="Names of columns; the texts of several are joined by ` · `.", examples=[["Company"]]
    )
    field: Annotated[str, Field(max_length=100)] = Field(
        description="A field of the resource, `external_id`, `<money>.currency`, `lines.<field>`, "
        "`custom_fields.<key>`, `created_at` or "
        "`created_by`.",
        examples=["name"],
    )
    by: By | None = Field(
        None, description="How a referred record is named; users by `email`, others by `id` unless given."
    )
    source: Source | None = Field(
        None, description="The system whose keys these are, for `by: external_id`; the import's unless given."
    )
    values: Annotated[dict[str, JsonValue], Field(max_length=500)] | None = Field(
        None,
        description="Text of a cell → what stands for it; null for nothing.",
        examples=[{"Lost": "other"}],
    )
    otherwise: Literal["keep", "empty", "refuse"] = Field(
        "keep", description="What a text that is not among `values` becomes."
    )

    def given(self) -> dict[str, Any]:
        """The whole of it: what was left out is kept as what it means."""
        return self.model_dump(mode="json")


class ColumnMappingRead(ColumnMapping):
    """Which columns become which field, nothing left out."""

    by: By | None = Field(description="How a referred record is named.", examples=[None])
    source: str | None = Field(description="The system whose keys these are.", examples=[None])
    values: dict[str, JsonValue] | None = Field(
        description="Text of a cell → what stands for it; null for nothing.", examples=[None]
    )
    otherwise: Literal["keep", "empty", "refuse"] = Field(
        description="What a text that is not among `values` becomes.", examples=["keep"]
    )


class ImportUpdate(Schema):
    """How the file is read; what is left out stays."""

    mode: Mode = Field(Mode.CREATE, description="What rows may do.", examples=["upsert"])
    match: Annotated[list[ShortLine], Field(max_length=5)] = Field(
        default_factory=list,
        description="Fields by which a row finds its record, the first that fits counts.",
        examples=[["external_id"]],
    )
    source: Source | None = Field(
        None, description="The system that `external_id` is a key of.", examples=["erp"]
    )
    mapping: Annotated[list[ColumnMapping], Field(max_length=200)] = Field(
        default_factory=list, description="Which columns become which fields.", examples=[[MAPPED]]
    )
    default_values: Annotated[dict[str, JsonValue], Field(max_length=100)] = Field(
        default_factory=dict,
        description="Field → value for rows that have none.",
        examples=[{"lifecycle": "lead"}],
    )
    date_format: Literal["iso", "ymd", "dmy", "mdy"] = Field("iso", description="How dates are written.")
    decimal_comma: Flag = Field(False, description="Whether 1,5 is one and a half.")
    encoding: Annotated[str, Field(max_length=20)] = Field(
        "", description="Another encoding than the one detected, of a CSV.", examples=["gb18030"]
    )
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = Field(
        "", description="Another separator than the one detected, of a CSV.", examples=[";"]
    )


class ImportRead(RecordRead):
    """An import."""

    resource: str = Field(description="What the rows are.", examples=["customers"])
    status: ImportStatus = Field(description="How far it has come.", examples=["draft"])
    file_name: str = Field(description="What the client called the file.", examples=["customers.csv"])
    file_size: int = Field(description="Bytes.", examples=[51200])
    format: str = Field(description="`csv`, `xlsx` or `ndjson`.", examples=["csv"])
    encoding: str | None = Field(description="Of a CSV.", examples=["gb18030"])
    delimiter: str | None = Field(description="Of a CSV.", examples=[","])
    column_names: list[str] = Field(description="Names of the columns.", examples=[["Company", "Mail"]])
    sample: list[list[Any]] = Field(description="The first rows.", examples=[[["Acme", "info@acme.example"]]])
    mode: Mode = Field(description="What rows may do.", examples=["create"])
    match: list[str] = Field(
        description="Fields by which a row finds its record.", examples=[["external_id"]]
    )
    source: str | None = Field(description="The system that `external_id` is a key of.", examples=["erp"])
    mapping: list[ColumnMappingRead] = Field(
        description="Which columns become which fields; as suggested until it is changed.",
        examples=[[MAPPED]],
    )
    default_values: dict[str, Any] = Field(
        description="Field → value for rows that have none.", examples=[{}]
    )
    date_format: str = Field(description="How dates are written.", examples=["iso"])
    decimal_comma: bool = Field(description="Whether 1,5 is one and a half.", examples=[False])
    report: dict[str, Any] | None = Field(
        description="What the last dry run found: counts, and the first rows of each error.", examples=[None]
    )
    counts: dict[str, int] | None = Field(
        description="Rows by what became of them.", examples=[{"created": 10, "failed": 1}]
    )
    operation_id: Id | None = Field(description="The operation at work on it, or the last one.")
    finished_at: Instant | None = Field(description="When the last row was written.", examples=[None])
    failure: str | None = Field(
        description="Code of the problem that ended the last run before its end.", examples=[None]
    )


class RowError(Schema):
    """What is wrong with a row, and where."""

    column: str | None = Field(description="The column; null for the row as a whole.", examples=["Mail"])
    field: str | None = Field(description="The field it was for.", examples=["emails"])
    code: str = Field(description="Stable code of the fault.", examples=["invalid_email"])
    params: dict[str, Any] = Field(description="What belongs to the code.", examples=[{}])


class ImportRowRead(Schema):
    """What became of a row."""

    row_no: int = Field(description="Its place below the header, from 1.", examples=[1])
    status: RowStatus = Field(description="What became of it.", examples=["created"])
    record_id: Id | None = Field(description="The record.")
    version: int | None = Field(description="The version of the record after it.", examples=[1])
    errors: list[RowError] | None = Field(description="Why nothing was written.", examples=[[ERROR]])


class ImportRowList(Schema):
    """A page of rows."""

    data: list[ImportRowRead] = Field(description="Rows, the first one first.")
    page: Page = Field(description="Where the page stands.")
