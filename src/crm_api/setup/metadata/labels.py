"""What fields, choices and objects are called in Chinese; English is read off their names unless it stands here.

A field is looked up as `resource.field`, then as `field`; a choice as `resource.field.choice`, then as `field.choice`.
"""

from typing import Final

ENGLISH: Final = {
    "email_opt_out": "No e-mail",
    "phone_opt_out": "No phone calls",
    "sms_opt_out": "No SMS",
    "im_ids": "Messengers",
    "external_ids": "External keys",
    "tax_id": "Tax number",
    "spec": "Specification",
    "api_keys": "API keys",
    "phones": "Phone numbers",
    "emails": "E-mail addresses",
}

# one word after the other: name, Chinese
_OBJECTS = """
users 用户 teams 部门 api_keys API密钥 customers 客户 contacts 联系人 products 产品
warehouses 仓库 stock_levels 库存 stock_movements 出入库记录 orders 订单
dictionary_types 字典类型 dictionary_items 字典项 custom_fields 自定义字段 pipelines 销售流程
opportunities 商机 leads 线索 development_plans 客户开发计划 exports 导出 imports 导入
saved_views 视图 webhooks 网络钩子
opportunities 商机 leads 线索 quotes 报价 price_books 价格表
exports 导出 imports 导入 saved_views 视图 webhooks 网络钩子
opportunities 商机 leads 线索 exports 导出 imports 导入 saved_views 视图 webhooks 网络钩子
opportunities 商机 leads 线索 expense_claims 报销单 exports 导出 imports 导入 saved_views 视图 webhooks 网络钩子
receivables 应收款 payments 回款 invoices 发票 exchange_rates 汇率
webhook_deliveries 推送记录 notes 备注 attachments 附件 operations 任务 dead_letters 失败任务
opportunities 商机 leads 线索 exports 导出 imports 导入 saved_views 视图 webhooks 网络钩子
webhook_deliveries 推送记录 interactions 交往记录 tasks 任务 notes 备注 attachments 附件 operations 后台任务
dead_letters 失败任务
approval_flows 审批流程 approvals 审批 contracts 合同
"""
_FIELDS = """
id 编号 name 名称 users.name 姓名 contacts.name 姓名 email 邮箱 title 职位 team_id 所属部门
manager_id 直属上级 status 状态 roles 角色 activated_at 激活时间 locale 语言 time_zone 时区
external_ids 外部编号 created_at 创建时间 created_by 创建人 updated_at 更新时间 updated_by 更新人
version 版本 deleted_at 删除时间 parent_id 上级 customers.parent_id 上级客户 teams.parent_id 上级部门
leader_id 负责人 path 层级路径 prefix 前缀 permissions 权限 expires_at 过期时间 revoked_at 吊销时间
kind 类型 code 编号 dictionary_types.code 编码 dictionary_items.code 编码 level 客户级别 category 类别
industry 行业 source 来源 region 区域 address 地址 phones 电话 emails 邮箱 website 网站
tax_id 统一社会信用代码 lifecycle 生命周期 lifecycle_entered_at 进入阶段时间 last_contact_at 最近联系时间
next_contact_at 下次联系时间 owner_id 负责人 department 部门 customer_id 客户 reports_to_id 汇报对象
im_ids 即时通讯 birthday 生日 email_opt_out 拒收邮件 phone_opt_out 拒接电话 sms_opt_out 拒收短信
description 描述 spec 规格型号 unit 单位 list_price 标准价 cost 成本 tax_rate 税率 label_en 英文名称
label_zh 中文名称 closed 仅限选项 built_in 系统内置 type 类型 dictionary_items.type 字典类型
position 排序 colour 颜色 is_default 默认 active 启用 resource 对象 key 键 required 必填 unique 唯一
default 默认值 options 选项 dictionary_type 字典类型 target 引用对象 pipeline_id 销售流程 stage_id 阶段
stage_entered_at 进入阶段时间 amount 金额 amount_source 金额来源 probability 赢率 opened_on 开始日期
expected_close_on 预计成交日期 closed_on 关闭日期 loss_reason 输单原因 loss_note 输单说明
next_step 下一步 stages 阶段 stages.id 编号 stages.key 键 stages.name 名称 stages.kind 类型
stages.probability 赢率 lines 产品明细 lines.id 编号 lines.product_id 产品 lines.quantity 数量
lines.unit_price 单价 format 格式 bom BOM标记 fields 字段 asked 请求条件 rows 行数 size 大小 filter 筛选
sort 排序方式 expand 展开 shared 共享 file_name 文件名 file_size 文件大小 encoding 编码 delimiter 分隔符
column_names 列名 sample 样本 mode 方式 match 匹配字段 mapping 字段映射 default_values 默认值
date_format 日期格式 decimal_comma 逗号小数 report 检查报告 counts 计数 operation_id 任务
finished_at 完成时间 failure 失败原因 url 地址 events 事件 filters 筛选条件 payload 内容 disabled_at 停用时间
disabled_reason 停用原因 acts_as_id 执行身份 previous_secret_until 旧密钥有效期 webhook_id 网络钩子
event_id 事件 event_at 事件时间 attempts 尝试次数 tries 尝试记录 response_status 响应状态 error 错误
last_attempt_at 最近尝试 next_attempt_at 下次尝试 delivered_at 送达时间 subject_type 所属对象
subject_id 所属记录 body 内容 pinned 置顶 media_type 文件类型 sha256 校验值
leads.name 姓名 company_name 公司名称 status_entered_at 进入状态时间 contacted_at 首次联系时间
discard_reason 废弃原因 discard_note 废弃说明 converted_at 转化时间 contact_id 联系人 opportunity_id 商机
progress 进度 result 结果 cancellable 可取消 cancel_requested 已请求取消 started_at 开始时间 job 作业
goal 目标 next_due_on 最近到期日 failure_reason 失败原因 failure_note 失败说明 items 行动项 items.id 编号
items.action 行动 items.due_on 到期日 items.owner_id 负责人 items.result 结果 items.done 已完成
items.done_at 完成时间 allow_backward 允许退回 stages.required_fields 必填字段
stages.required_plan_status 所需计划状态 stages.approval_required 需要审批 floor_price 底价
contract_id 合同 order_id 订单 due_on 到期日 paid_amount 已收金额 number 编号 received_on 收款日期
method 收款方式 reference 流水号 reverse_reason 冲销原因 allocated_amount 已分配金额 allocations 分配明细
allocations.id 编号 allocations.receivable_id 应收款 allocations.amount 金额 allocations.allocated_on 分配日期
allocations.released_on 释放日期 refunds 退款明细 refunds.id 编号 refunds.order_id 订单 refunds.amount 退款金额
refunds.refunded_on 退款日期 refunds.method 退款方式 refunds.reference 流水号 refunds.description 说明
refunds.base_amount 本位币金额 refunds.rate 汇率 refunds.rate_on 汇率日期
base_amount 本位币金额 rate 汇率 rate_on 汇率日期 currency 币种
invoices.kind 发票类型 invoices.title 发票抬头 bank 开户行及账号 net_amount 不含税金额 tax_amount 税额
gross_amount 价税合计 approved_by 审批人 issued_on 开票日期 void_reason 作废原因 red_letter_reason 红冲原因
corrects_id 被红冲发票 corrected_by_id 红字发票 receivables.name 期次 receivables.amount 应收金额
payments.amount 回款金额 args 参数 requested_by 请求人 reason 原因 starts 启动次数
stocked 管理库存 warehouse_id 仓库 product_id 产品 on_hand 现存量 reserved 预留量 available 可用量
reorder_point 补货点 low 低库存 to_warehouse_id 目标仓库 quantity 数量 on_hand_change 现存量变化
reserved_change 预留量变化 source_type 来源对象 source_id 来源记录 note 说明 stock_movements.reason 调整原因
number 编号 quote_id 报价单 contract_id 合同 payment_terms 付款条件 delivery_address 收货地址 notes 内部备注
delivered_at 送达时间 cancel_reason 取消原因 payment_status 付款状态 paid_amount 已付金额 returned_amount 退货金额
cancelled_amount 取消金额 lines.cancelled 已取消数量
refund_due 应退金额 currency 币种 tax_mode 计税方式 discount_percent 折扣百分比 discount_amount 折扣金额
net_amount 未税金额 tax_amount 税额 gross_amount 含税金额 lines.description 名称 lines.unit 单位
lines.discount_percent 折扣百分比 lines.discount_amount 折扣金额 lines.tax_rate 税率 lines.net_amount 未税金额
lines.tax_amount 税额 lines.gross_amount 含税金额 lines.promised_on 承诺日期 lines.first_promised_on 首次承诺日期
lines.stocked 管理库存 lines.reserved 预留数量 lines.shipped 已发数量 lines.returned 已退数量
direction 方向 happened_at 发生时间 duration_seconds 时长（秒） location 地点 summary 摘要 outcome 结果
participants 参与人 participants.id 编号 participants.contact_id 联系人 tasks.title 标题 priority 优先级
due_at 截止时间 remind_at 提醒时间 reminded_at 已提醒时间 recurrence 重复方式 recurrence_interval 重复间隔
recurrence_until 重复截止日期 interaction_id 交往记录 next_id 后续任务 checklist 检查清单 checklist.id 编号
checklist.title 事项 checklist.done 已完成
quotes.customer_name 客户名称 quotes.contact_name 联系人姓名 valid_from 生效日期 valid_until 有效期至 terms 条款
quotes.notes 内部备注 number 编号 version_number 版本号 previous_id 上一版本 currency 币种 tax_mode 计税方式
discount_percent 折扣百分比 discount_amount 折扣金额 net_amount 不含税金额 tax_amount 税额 gross_amount 价税合计
sent_at 发送时间 viewed_at 首次查看时间 decided_at 答复时间 decided_by_name 答复人 decided_by_email 答复人邮箱
decided_from_ip 答复地址 decision_note 答复说明 lines.description 品名 lines.unit 单位
lines.discount_percent 折扣百分比 lines.discount_amount 折扣金额 lines.tax_rate 税率 lines.net_amount 不含税金额
lines.tax_amount 税额 lines.gross_amount 价税合计 customer_level 客户级别 customer_category 客户类别
customer_region 客户区域 entries 价格 entries.id 编号 entries.product_id 产品 entries.min_quantity 起订数量
entries.unit_price 单价
args 参数 requested_by 请求人 reason 原因 starts 启动次数
approval_flows.resource 适用对象 amount_from 金额下限 amount_below 金额上限 nodes 审批节点 nodes.id 编号
nodes.name 名称 nodes.kind 审批人类型 nodes.mode 审批方式 nodes.levels 上级层数 nodes.role 角色
nodes.user_ids 指定用户 nodes.remind_after_hours 超时提醒（小时） nodes.escalate_after_hours 超时升级（小时）
steps.before_id 加签于 steps.asked_at 送审时间 steps.reminded_at 提醒时间
subject_name 记录名称 submitter_id 提交人 flow_id 审批流程 flow_version 流程版本
node 当前节点 approver_ids 当前审批人 comment 审批意见 steps 审批步骤 steps.id 编号 steps.node 节点
number 编号 revision 版次 amends_id 变更自 contracts.type 合同类型 quote_id 报价 starts_on 开始日期
ends_on 结束日期 renewal_notice_days 续约提醒天数 renewal_notice_on 续约提醒日 terms 条款 signed_on 签署日期
ended_on 终止日期 end_reason 终止原因 currency 币种 tax_mode 计税方式 discount_percent 折扣率
discount_amount 折扣金额 net_amount 不含税金额 tax_amount 税额 gross_amount 含税金额
lines.description 名称 lines.unit 单位 lines.discount_percent 折扣率 lines.discount_amount 折扣金额
lines.tax_rate 税率 lines.net_amount 不含税金额 lines.tax_amount 税额 lines.gross_amount 含税金额
signatories 签署人 signatories.id 编号 signatories.side 签署方 signatories.name 姓名 signatories.title 职位
signatories.contact_id 联系人 signatories.user_id 用户
steps.approver_id 审批人 steps.for_id 代替 steps.status 状态 steps.comment 意见 steps.decided_at 处理时间
expense_claims.name 事由 paid_on 付款日期 paid_by 付款方式 payment_reference 付款流水号
lines.type 费用类型 lines.spent_on 发生日期 lines.amount 金额 lines.receipt_number 票据号
lines.customer_id 客户 lines.opportunity_id 商机 lines.order_id 订单
"""
_CHOICES = """
users.status.invited 已邀请 users.status.active 已启用 users.status.disabled 已停用 kind.company 企业
kind.person 个人 lifecycle.lead 线索 lifecycle.prospect 潜在客户 lifecycle.customer 成交客户
lifecycle.loyal 忠诚客户 lifecycle.lost 流失客户 lifecycle.planned 规划中 lifecycle.active 在售
lifecycle.phase_out 逐步停售 lifecycle.retired 已停售 type.text 文本 type.number 数字 type.money 金额
type.date 日期 type.datetime 日期时间 type.boolean 是否 type.select 单选 type.multi_select 多选
type.reference 引用 status.open 进行中 status.won 赢单 status.lost 输单 amount_source.lines 明细合计
amount_source.manual 手工填写 format.csv CSV format.xlsx XLSX format.ndjson NDJSON payload.full 完整
payload.thin 精简 disabled_reason.gone 已移除 disabled_reason.failing 持续失败
disabled_reason.barred 被禁止 status.pending 等待中 status.delivered 已送达 status.failed 失败
status.draft 草稿 status.running 进行中 status.done 已完成 status.cancelled 已取消 status.queued 排队中
status.undone 已撤销 status.validating 校验中 status.validated 已校验
status.importing 导入中 status.undoing 撤销中 mode.create 新建 mode.update 更新 mode.upsert 新建或更新
status.succeeded 成功 status.held 已搁置 status.retried 已重试 status.discarded 已放弃
reason.crashed 进程崩溃 reason.failed 执行失败 reason.refused 被拒绝
disabled_reason.filter_invalid 筛选条件失效 status.new 新线索 status.contacted 已联系
status.executing 执行中 stages.required_plan_status.draft 草稿
stages.required_plan_status.executing 执行中 stages.required_plan_status.succeeded 成功
kind.call 电话 kind.visit 拜访 kind.mail 邮件 kind.im 即时通讯 kind.meeting 会议 direction.in 客户主动
direction.out 我方主动 priority.low 低 priority.normal 普通 priority.high 高 priority.urgent 紧急
recurrence.daily 每天 recurrence.weekly 每周 recurrence.monthly 每月 tasks.status.open 待办
status.qualified 已确认 status.converted 已转化 leads.status.discarded 已废弃
status.qualified 已确认 status.converted 已转化 leads.status.discarded 已废弃
receivables.status.open 未收 status.part 部分收款 status.paid 已收齐
status.received 已到账 status.reversed 已冲销 method.bank_transfer 银行转账 method.cash 现金 method.card 银行卡
method.wechat 微信 method.alipay 支付宝 method.cheque 支票 method.other 其他 kind.special 增值税专用发票
kind.general 增值税普通发票 status.applied 已申请 status.approved 已审批 status.issued 已开具
invoices.status.delivered 已交付 status.voided 已作废 status.red_lettered 已红冲
kind.receipt 入库 kind.issue 出库 kind.transfer 调拨 kind.adjustment 调整 kind.count 盘点
kind.reservation 预留 kind.release 释放 status.placed 已下单 status.picking 拣货中 status.packed 已打包
status.part_shipped 部分发货
status.shipped 已发货 orders.status.delivered 已签收 status.closed 已关闭 status.returned 已退货
payment_status.unpaid 未付款 payment_status.part 部分付款 payment_status.paid 已付款
payment_status.refunded 已退款 payment_terms.prepaid 先款后货 payment_terms.credit 赊销
tax_mode.exclusive 价外税 tax_mode.inclusive 价内税 status.qualified 已确认
status.converted 已转化 leads.status.discarded 已废弃
nodes.kind.superior_chain 上级逐级 nodes.kind.team_leader 部门负责人 nodes.kind.role 角色
nodes.kind.users 指定用户 nodes.mode.all 会签 nodes.mode.any 或签 nodes.mode.sequential 依次审批
approvals.status.pending 审批中 status.approved 已通过 status.rejected 已驳回 status.sent_back 已退回
status.withdrawn 已撤回 steps.status.waiting 未开始 steps.status.pending 待审批 steps.status.approved 已同意
steps.status.rejected 已驳回 steps.status.sent_back 已退回 steps.status.skipped 无需处理
steps.status.delegated 已转交 steps.status.reassigned 已移交 steps.status.escalated 已升级
status.approving 审批中 status.signed 已签署
contracts.status.active 生效中 status.expiring 即将到期 status.expired 已到期 status.terminated 已终止
status.voided 已作废 status.superseded 已被变更 signatories.side.ours 我方 signatories.side.theirs 对方
tax_mode.exclusive 价外税 tax_mode.inclusive 价内税
quotes.status.sent 已发送 quotes.status.accepted 已接受 quotes.status.rejected 已拒绝 quotes.status.expired 已过期
quotes.status.superseded 已被新版本取代 tax_mode.exclusive 价外税 tax_mode.inclusive 价内税
expense_claims.status.approving 审批中 expense_claims.status.approved 已批准
expense_claims.status.rejected 已驳回 expense_claims.status.paid 已付款 paid_by.bank_transfer 银行转账
paid_by.cash 现金 paid_by.payroll 随工资发放 paid_by.other 其他
"""


def _pairs(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


OBJECTS: Final = _pairs(_OBJECTS)
FIELDS: Final = _pairs(_FIELDS)
CHOICES: Final = _pairs(_CHOICES)


def english(name: str) -> str:
    """`expected_close_on` → `Expected close on`; an id is called by what it names."""
    last = name.rpartition(".")[2]
    if last in ENGLISH:
        return ENGLISH[last]
    return last.removesuffix("_id").replace("_", " ").capitalize()


def of_object(resource: str) -> tuple[str, str]:
    """English and Chinese."""
    return english(resource), OBJECTS.get(resource, english(resource))


def of_field(resource: str, name: str) -> tuple[str, str]:
    """English and Chinese."""
    found = FIELDS.get(f"{resource}.{name}") or FIELDS.get(name)
    return (
        "ID" if name.endswith("id") and name.rpartition(".")[2] == "id" else english(name)
    ), found or english(name)


def of_choice(resource: str, name: str, choice: str) -> tuple[str, str]:
    """English and Chinese."""
    found = CHOICES.get(f"{resource}.{name}.{choice}") or CHOICES.get(f"{name}.{choice}")
    return english(choice), found or english(choice)
