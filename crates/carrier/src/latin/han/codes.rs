//! Chinese words and readings, a row each.

/// What ends a name in an address, the longest first.
#[rustfmt::skip]
pub(super) const SUFFIXES: &[&str] = &[
    "特别行政区",
    "自治区", "自治州", "自治县", "开发区", "工业区", "工业园", "科技园", "产业园", "保税区",
    "街道", "大道", "大街", "胡同", "大厦", "广场", "花园", "小区", "社区", "新村", "中路", "东路", "西路",
    "南路", "北路", "单元", "公司", "集团", "地区",
    "省", "市", "区", "县", "镇", "乡", "村", "街", "道", "路", "巷", "弄", "号", "栋", "幢", "座", "楼", "层",
    "室",
];

/// Places that maps spell otherwise than their characters are usually read, and what companies
/// write behind their own names.
#[rustfmt::skip]
pub(super) const PLACES: &[(&str, &str)] = &[
    ("重庆", "Chongqing"),
    ("厦门", "Xiamen"),
    ("番禺", "Panyu"),
    ("西藏", "Xizang"),
    ("陕西", "Shaanxi"),
    ("六安", "Lu'an"),
    ("蚌埠", "Bengbu"),
    ("乐清", "Yueqing"),
    ("乐亭", "Laoting"),
    ("荥阳", "Xingyang"),
    ("涡阳", "Guoyang"),
    ("景德镇", "Jingdezhen"),
    ("内蒙古", "Nei Mongol"),
    ("呼和浩特", "Hohhot"),
    ("乌鲁木齐", "Urumqi"),
    ("哈尔滨", "Harbin"),
    ("拉萨", "Lhasa"),
    ("台湾", "Taiwan"),
    ("臺灣", "Taiwan"),
    ("台北", "Taipei"),
    ("臺北", "Taipei"),
    ("高雄", "Kaohsiung"),
    ("香港", "Hong Kong"),
    ("澳门", "Macao"),
    ("银行", "Yinhang"),
    ("有限公司", "Co., Ltd."),
    ("有限责任公司", "Co., Ltd."),
    ("股份有限公司", "Co., Ltd."),
];

/// Characters that stand in names with another reading than in the dictionary's first line.
#[rustfmt::skip]
pub(super) const READINGS: &[(char, &str)] = &[
    ('长', "chang"),
    ('長', "chang"),
    ('都', "du"),
    ('〇', "ling"),
];

/// Surnames that are read otherwise than the character is elsewhere.
#[rustfmt::skip]
pub(super) const SURNAMES: &[(char, &str)] = &[
    ('曾', "zeng"),
    ('单', "shan"),
    ('單', "shan"),
    ('解', "xie"),
    ('仇', "qiu"),
    ('查', "zha"),
    ('朴', "piao"),
    ('盖', "ge"),
    ('区', "ou"),
    ('翟', "zhai"),
    ('覃', "qin"),
    ('冼', "xian"),
];

/// Surnames of two characters.
#[rustfmt::skip]
pub(super) const COMPOUND_SURNAMES: &[(&str, &str)] = &[
    ("欧阳", "Ouyang"),
    ("歐陽", "Ouyang"),
    ("司马", "Sima"),
    ("上官", "Shangguan"),
    ("诸葛", "Zhuge"),
    ("諸葛", "Zhuge"),
    ("司徒", "Situ"),
    ("东方", "Dongfang"),
    ("皇甫", "Huangfu"),
    ("尉迟", "Yuchi"),
    ("公孙", "Gongsun"),
    ("慕容", "Murong"),
    ("令狐", "Linghu"),
    ("长孙", "Zhangsun"),
    ("宇文", "Yuwen"),
    ("夏侯", "Xiahou"),
    ("端木", "Duanmu"),
    ("南宫", "Nangong"),
    ("独孤", "Dugu"),
];
