"""What can be wrong with an import, and with one of its rows."""

from crm_api.kit.errors import Conflict, Forbidden
from crm_api.kit.messages import register

register(
    {
        "import_busy": (
            "The import is running; wait for it, or cancel its operation.",
            "导入正在运行，请等待或取消。",
        ),
        "import_done": (
            "The import is finished; undo it, or upload the file again.",
            "导入已完成，请撤销或重新上传。",
        ),
        "import_not_done": (
            "Only an import that was carried out can be undone.",
            "只有已执行的导入才能撤销。",
        ),
        "import_author_barred": (
            "Whoever asked for it may not do so any more; rows that were written before stay.",
            "发起人已无此权限，此前已写入的行予以保留。",
        ),
        "unknown_column": ("The file has no such column.{hint}", "文件中没有该列。{hint}"),
        "unmapped": ("No column is mapped to this field.", "没有列映射到该字段。"),
        "not_for_match": ("Records cannot be matched by this field.", "不能按该字段匹配记录。"),
        "not_for_reference": ("This field cannot be looked up in that way.", "不能用该方式查找此字段。"),
        "source_required": ("Name the source of the external ids.", "请指定外部编号的来源。"),
        "unreadable_cell": ("Expected {expected}.", "应为 {expected}。"),
        "no_match": ("No record fits the match rules.", "没有符合匹配规则的记录。"),
        "already_exists": ("A record that fits the match rules exists.", "已存在符合匹配规则的记录。"),
        "duplicate_in_file": (
            "An earlier row of the file holds the same value.",
            "文件中前面的行已有相同取值。",
        ),
        "changed_after_import": ("The record was changed after the import.", "记录在导入后已被修改。"),
        "not_mapped_value": ("The value is not among those that are mapped.", "该取值不在映射表中。"),
    },
    statuses={"changed_after_import": 409},
)


class ImportBusy(Conflict):
    """A job has it in hand."""

    default_code = "import_busy"


class ImportDone(Conflict):
    """It has written rows already."""

    default_code = "import_done"


class ImportNotDone(Conflict):
    """It has written nothing."""

    default_code = "import_not_done"


class ImportAuthorBarred(Forbidden):
    """Their rights ended during the run."""

    default_code = "import_author_barred"
