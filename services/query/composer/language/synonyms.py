"""Words of everyday business and life that mean the same, in English and Chinese: what people call a thing is seldom
what its table is called."""

from functools import cache

from services.query.composer.language.words import keys

_GROUPS = """
customer, client, buyer, shopper, patron, 客户, 顾客, 买家, cust
user, member, 用户, 会员
person, people, human, individual, 人员
employee, staff, worker, personnel, 员工, 雇员, 职工, 职员, emp
manager, boss, supervisor, 经理, 主管, 上级, mgr
teacher, instructor, professor, lecturer, faculty, 教师, 老师, 讲师, 教授
student, pupil, learner, 学生, 学员
player, athlete, 球员, 选手, 运动员
doctor, physician, 医生, 大夫
nurse, 护士
patient, 病人, 患者
driver, 司机, 驾驶员
pilot, 飞行员
passenger, traveler, traveller, 乘客, 旅客
visitor, tourist, guest, 访客, 游客, 客人
author, writer, 作者, 作家
artist, singer, musician, performer, 艺术家, 歌手, 艺人
actor, 演员
director, 导演
company, firm, corporation, enterprise, business, 公司, 企业
supplier, vendor, provider, 供应商
department, division, 部门, dept
office, 办公室
job, position, occupation, profession, 职位, 岗位, 职业
team, club, 球队, 队伍
school, 学校
college, university, 大学, 学院
course, class, lesson, 课程
grade, score, mark, 成绩, 分数
exam, test, examination, 考试
major, 专业
degree, 学位
order, purchase, 订单
product, item, goods, merchandise, 产品, 商品, 货品
category, kind, type, 类别, 类型, 种类
brand, 品牌
price, cost, 价格, 单价, 价钱
amount, total, 金额
quantity, 数量, qty
discount, 折扣
payment, 付款, 支付
invoice, bill, 发票, 账单
sale, 销售
revenue, income, turnover, 收入, 营收, 营业额
profit, 利润
salary, wage, pay, earnings, 工资, 薪水, 薪资
stock, inventory, 库存
shop, store, 商店, 店铺, 门店
warehouse, 仓库
shipment, delivery, 发货, 配送
contract, 合同
city, town, 城市
country, nation, 国家
state, province, 省, 州, 省份
region, area, district, 地区, 区域
address, location, place, 地址, 地点, 位置, addr
street, road, 街道
zip, postal, postcode, 邮编
phone, telephone, mobile, 电话, 手机号, tel
email, mail, 邮箱, 邮件
name, 名称, 名字, 姓名, nm
title, 标题
gender, sex, 性别
age, 年龄
birthday, birthdate, dob, 生日, 出生日期
nationality, 国籍
height, 身高
weight, 体重, 重量
date, 日期, dt
time, 时间
year, 年份
start, begin, 开始
end, finish, 结束
duration, length, 时长, 长度
distance, 距离
speed, 速度
status, state, condition, 状态
level, rank, 等级, 级别
rating, stars, 评分, 评级
rating, score, 评分
stars, 星级
review, comment, 评论
description, detail, 描述, 说明
color, colour, 颜色
size, 尺寸, 大小
capacity, 容量
population, 人口
car, vehicle, automobile, auto, 汽车, 车辆
bike, bicycle, cycle, 自行车
aircraft, airplane, plane, aeroplane, 飞机
flight, 航班
airport, 机场
airline, carrier, 航空公司
trip, journey, ride, 行程, 旅程
station, 车站, 站点
hotel, 酒店, 宾馆
room, 房间
attraction, sight, 景点
movie, film, 电影, 影片
song, track, 歌曲, 曲目
album, 专辑
genre, style, 流派, 风格
playlist, 播放列表, 歌单
book, 书, 图书, 书籍
file, document, 文件
photo, picture, image, 照片, 图片
event, 事件
game, match, 比赛
prize, award, 奖项
disease, illness, 疾病
medicine, medication, drug, 药品, 药物
treatment, procedure, 治疗
appointment, 预约
hospital, 医院
account, 账户, 账号, acct
bank, 银行
loan, 贷款
device, machine, equipment, 设备, 机器
sensor, 传感器
temperature, 温度, 气温, temp
humidity, 湿度
weather, 天气
project, 项目
task, 任务
service, 服务
way, method, 方式
complaint, 投诉
language, tongue, 语言
currency, 货币, 币种
tax, 税
budget, 预算
asset, 资产
share, proportion, percentage, ratio, 占比, 比例
latitude, lat, 纬度
longitude, long, lng, 经度
origin, source, departure, 出发地, 起点
destination, arrival, 目的地, 终点
"""


@cache
def synonyms() -> dict[tuple[str, ...], frozenset[tuple[str, ...]]]:
    """Keys of a word -> the keys of the words that mean the same."""
    found: dict[tuple[str, ...], frozenset[tuple[str, ...]]] = {}
    for line in _GROUPS.strip().splitlines():
        group = frozenset(keys(word.strip()) for word in line.split(","))
        for word in group:
            found[word] = found.get(word, frozenset()) | (group - {word})
    return found
