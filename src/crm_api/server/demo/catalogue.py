"""What the demo company sells."""

from typing import NamedTuple


class Item(NamedTuple):
    """A product; prices are whole yuan for one unit, `lot` is how many of it a customer orders at most."""

    code: str
    name: str
    category: str
    unit: str
    price: int
    cost: int
    lot: int


ITEMS = (
    Item("GW-100", "智能网关 G1 Smart Gateway G1", "硬件 Hardware", "台", 2_680, 1_450, 60),
    Item("GW-200", "智能网关 G2 Smart Gateway G2", "硬件 Hardware", "台", 4_980, 2_700, 40),
    Item("GW-500", "工业网关 G5 Industrial Gateway G5", "硬件 Hardware", "台", 12_800, 7_100, 20),
    Item("SN-010", "温湿度传感器 Climate Sensor", "硬件 Hardware", "个", 298, 120, 300),
    Item("SN-020", "振动传感器 Vibration Sensor", "硬件 Hardware", "个", 860, 390, 150),
    Item("SN-030", "电能表 Power Meter", "硬件 Hardware", "个", 1_180, 610, 120),
    Item("CM-001", "边缘计算盒 Edge Box", "硬件 Hardware", "台", 18_600, 10_900, 15),
    Item("PL-STD", "设备云标准版 Device Cloud Standard", "软件 Software", "年", 36_000, 6_000, 2),
    Item("PL-PRO", "设备云专业版 Device Cloud Professional", "软件 Software", "年", 98_000, 14_000, 2),
    Item("PL-ENT", "设备云企业版 Device Cloud Enterprise", "软件 Software", "年", 260_000, 38_000, 1),
    Item("AN-001", "能耗分析模块 Energy Analytics", "软件 Software", "年", 42_000, 5_500, 2),
    Item("AN-002", "预测性维护模块 Predictive Maintenance", "软件 Software", "年", 68_000, 9_000, 2),
    Item("AN-003", "质量看板模块 Quality Dashboard", "软件 Software", "年", 28_000, 3_600, 2),
    Item("API-01", "开放接口授权 API Licence", "软件 Software", "年", 15_000, 1_500, 3),
    Item("SV-INS", "安装调试 Installation", "服务 Service", "人天", 2_400, 1_300, 20),
    Item("SV-TRN", "培训 Training", "服务 Service", "场", 6_800, 2_600, 4),
    Item("SV-CON", "咨询 Consulting", "服务 Service", "人天", 4_500, 2_200, 15),
    Item("SV-SLA", "金牌维保 Gold Support", "服务 Service", "年", 24_000, 9_800, 2),
    Item("SV-INT", "系统对接 Integration", "服务 Service", "项", 55_000, 28_000, 1),
    Item("KT-EDU", "教学实验套件 Training Kit", "硬件 Hardware", "套", 3_200, 1_750, 30),
)
GOODS = "硬件 Hardware"
TAX_RATES = {GOODS: "13", "软件 Software": "13", "服务 Service": "6"}
