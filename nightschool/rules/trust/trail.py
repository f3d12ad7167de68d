"""The trail in words: what each action is called, and one sentence for each line of it."""

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from nightschool.rules.access import Role
from nightschool.rules.almanac import clock, day_with_year, day_without_year
from nightschool.rules.courses.reasons import REASONS, reason_word
from nightschool.rules.seasons.months import month_of, month_word
from nightschool.rules.slots import Slot
from nightschool.rules.trust.accounts import role_word
from nightschool.texts import N_, _


class Kind(StrEnum):
    """What a line of the trail is about; pages show one kind or all."""

    CLASSES = "classes"
    REGISTERS = "registers"
    LEARNERS = "learners"
    TEACHERS = "teachers"
    VENUES = "venues"
    SCHOOL = "school"
    QUESTIONS = "questions"
    WISHES = "wishes"
    CALENDARS = "calendars"
    ACCOUNTS = "accounts"


_KIND_WORDS = {
    Kind.CLASSES: N_("排课"),
    Kind.REGISTERS: N_("到课登记"),
    Kind.LEARNERS: N_("学员"),
    Kind.TEACHERS: N_("老师"),
    Kind.VENUES: N_("场地"),
    Kind.SCHOOL: N_("夜校"),
    Kind.QUESTIONS: N_("群众提问"),
    Kind.WISHES: N_("点单"),
    Kind.CALENDARS: N_("场期和农时"),
    Kind.ACCOUNTS: N_("账号和登录"),
}


# Every action that the code notes has its line here; tests/rules/test_trail.py finds the one that was forgotten.
# The shorter sentences of an action are for where something that the longer names is not known.
SENTENCES: dict[Kind, dict[str, list[str]]] = {
    Kind.CLASSES: {
        "courses.schedule": [N_("%(who)s 排了%(what)s，%(n)s 次课"), N_("%(who)s 排了%(what)s")],
        "courses.extend": [
            N_("%(who)s 给%(what)s接着排了 %(n)s 次课"),
            N_("%(who)s 给%(what)s接着排了课"),
        ],
        "courses.publish": [N_("%(who)s 公布了%(what)s，%(n)s 次课"), N_("%(who)s 公布了%(what)s")],
        "courses.edit": [N_("%(who)s 改了%(what)s：%(fields)s"), N_("%(who)s 改了%(what)s")],
        "sessions.move": [
            N_("%(who)s 把「%(title)s」从 %(before)s 改到 %(after)s"),
            N_("%(who)s 改了 %(what)s的时间"),
        ],
        "sessions.change": [N_("%(who)s 改了 %(what)s：%(fields)s"), N_("%(who)s 改了 %(what)s")],
        "sessions.cancel": [N_("%(who)s 取消了 %(what)s：%(reason)s"), N_("%(who)s 取消了 %(what)s")],
        "sessions.postpone": [
            N_("%(who)s 把 %(what)s改期到 %(after)s：%(reason)s"),
            N_("%(who)s 给 %(what)s改了期"),
        ],
        "sessions.cancel_several": [
            N_("%(who)s 取消了 %(what)s和别的，一共 %(n)s 次：%(reason)s"),
            N_("%(who)s 取消了几次课"),
        ],
        "sessions.postpone_several": [
            N_("%(who)s 给 %(what)s和别的改了期，一共 %(n)s 次：%(reason)s"),
            N_("%(who)s 给几次课改了期"),
        ],
        "sessions.call_off": [
            N_("%(who)s 通知停了 %(what)s，村里一共 %(n)s 次：%(reason)s"),
            N_("%(who)s 通知停了几次课"),
        ],
        "sessions.agree": [N_("%(who)s 说好了 %(what)s照常上")],
        "sessions.absent": [N_("%(who)s 记下老师自己说来不了：%(what)s")],
        "sessions.present": [N_("%(who)s 记下老师自己说又能来了：%(what)s")],
        "sessions.add": [N_("%(who)s 加了一次课：%(what)s")],
        "sessions.restore": [N_("%(who)s 恢复了 %(what)s")],
        "series.move": [
            N_("%(who)s 把「%(title)s」从 %(before)s 改到 %(after)s，后面的跟着改，一共 %(n)s 次"),
            N_("%(who)s 改了 %(what)s和后面几次的时间"),
        ],
        "series.change": [
            N_("%(who)s 改了 %(what)s和后面的，一共 %(n)s 次：%(fields)s"),
            N_("%(who)s 改了 %(what)s和后面几次"),
        ],
        "sessions.tell": [N_("%(who)s 发了通知：%(what)s")],
        "sessions.undo": [N_("%(who)s 撤回了刚才的改动：%(what)s")],
        "plans.submit": [N_("%(who)s 提交了%(month)s的开课计划")],
        "plans.withdraw": [N_("%(who)s 收回了%(month)s的开课计划")],
        "plans.approve": [N_("%(who)s 批准了%(month)s的开课计划，%(n)s 次课")],
        "plans.return": [N_("%(who)s 退回了%(month)s的开课计划")],
        "plans.announce": [N_("%(who)s 公布了%(month)s的开课计划，%(n)s 次课")],
        "plans.note": [N_("%(who)s 改了%(month)s开课计划的备注")],
        "label.add": [N_("%(who)s 往名单里加了 %(n)s 个单位或活动"), N_("%(who)s 往名单里加了单位或活动")],
        "label.edit": [
            N_("%(who)s 改了名单里的%(what)s：%(fields)s"),
            N_("%(who)s 改了名单里的一个单位或活动"),
        ],
        "courses.retire": [N_("%(who)s 收起了%(what)s")],
        "courses.back": [N_("%(who)s 又用上了%(what)s")],
    },
    Kind.REGISTERS: {
        "register.number": [N_("%(who)s 给 %(what)s的签到簿排了行号")],
        "register.save": [N_("%(who)s 记了 %(what)s的到课")],
        "register.void": [N_("%(who)s 作废了 %(what)s的到课登记")],
        "register.wait": [N_("%(who)s 送来的 %(what)s的点名放在待处理里")],
        "register.answer": [N_("%(who)s 答了关于 %(what)s的一句问话")],
        "register.evaluation": [N_("%(who)s 记了 %(what)s纸上的评估表")],
        "register.photo": [N_("%(who)s 存了 %(what)s签到簿的照片")],
        "register.photo_removed": [N_("%(who)s 删了 %(what)s签到簿的照片")],
        "register.settle": [N_("%(who)s 处理了 %(what)s的一份点名")],
    },
    Kind.LEARNERS: {
        "learner.add": [N_("%(who)s 添了%(what)s")],
        "learner.edit": [N_("%(who)s 改了%(what)s：%(fields)s"), N_("%(who)s 改了%(what)s")],
        "learner.regroup": [N_("%(who)s 给学员换了组")],
        "learner.move": [N_("%(who)s 把学员转到了另一个村")],
        "learner.data": [N_("%(who)s 调出了%(what)s的全部资料")],
        "learner.erase": [N_("%(who)s 永久删除了%(what)s的资料，人数还在")],
        "learner.phone": [N_("%(who)s 看了%(what)s的电话全号")],
        "learner.household_seen": [N_("%(who)s 看了%(what)s的户类")],
        "learner.household_noted": [N_("%(who)s 记了一条户类")],
        "learner.household_changed": [N_("%(who)s 改了一条户类")],
        "learner.household_due": [N_("%(who)s 删了一条到期的户类：最后一次上课已经一年")],
        "learner.household_removed": [N_("%(who)s 删了一条记错的户类")],
        "learner.retire": [N_("%(who)s 把%(what)s移出了名册")],
        "learner.back": [N_("%(who)s 把%(what)s加回了名册")],
        "learner.merge": [N_("%(who)s 把两份学员记录合成了一份")],
        "learner.take_list": [N_("%(who)s 从表格带入了 %(n)s 个学员"), N_("%(who)s 从表格带入了学员")],
        "learner.undo_list": [
            N_("%(who)s 撤回了从表格带入的 %(n)s 个学员"),
            N_("%(who)s 撤回了从表格带入的学员"),
        ],
        "learner.unmerge": [N_("%(who)s 把合起来的学员记录又分开了")],
        "cohorts.set": [
            N_("%(who)s 改了%(what)s的报名办法：%(fields)s"),
            N_("%(who)s 改了%(what)s的报名办法"),
        ],
        "cohorts.enrol": [N_("%(who)s 给%(what)s报了名")],
        "cohorts.let_in": [N_("%(who)s 让排队的一位进了%(what)s")],
        "cohorts.leave": [N_("%(who)s 把一位学员从%(what)s里退了出来")],
    },
    Kind.TEACHERS: {
        "teacher.add": [N_("%(who)s 添了老师 %(what)s")],
        "teacher.edit": [N_("%(who)s 改了老师 %(what)s：%(fields)s"), N_("%(who)s 改了老师 %(what)s")],
        "teacher.phone": [N_("%(who)s 看了老师 %(what)s 的电话全号")],
        "teacher.retire": [N_("%(who)s 把老师 %(what)s 从名单上收起了")],
        "teacher.back": [N_("%(who)s 把老师 %(what)s 加回了名单")],
        "teacher.take_list": [N_("%(who)s 从表格带入了 %(n)s 位老师"), N_("%(who)s 从表格带入了老师")],
        "teacher.undo_list": [
            N_("%(who)s 撤回了从表格带入的 %(n)s 位老师"),
            N_("%(who)s 撤回了从表格带入的老师"),
        ],
        "teacher.link": [N_("%(who)s 给老师 %(what)s 做了一个看课的链接")],
        "teacher.unlink": [N_("%(who)s 作废了老师 %(what)s 的一个链接")],
        "teacher.merge": [N_("%(who)s 把两份老师记录合成了一份：%(what)s")],
        "teacher.unmerge": [N_("%(who)s 把合起来的老师记录又分开了：%(what)s")],
        "teacher.closed": [N_("%(who)s 记下了 %(what)s 什么时候不来")],
        "teacher.open": [N_("%(who)s 去掉了 %(what)s 的一段不来的时间")],
    },
    Kind.VENUES: {
        "venue.add": [N_("%(who)s 添了场地 %(what)s")],
        "venue.edit": [N_("%(who)s 改了场地 %(what)s：%(fields)s"), N_("%(who)s 改了场地 %(what)s")],
        "venue.phone": [N_("%(who)s 看了 %(what)s 管钥匙的人的电话全号")],
        "venue.retire": [N_("%(who)s 收起了场地 %(what)s")],
        "venue.back": [N_("%(who)s 又用上了场地 %(what)s")],
        "venue.closed": [N_("%(who)s 记下了 %(what)s 什么时候不开")],
        "venue.open": [N_("%(who)s 去掉了 %(what)s 的一段不开的时间")],
    },
    Kind.SCHOOL: {
        "school.open": [N_("%(who)s 办起了夜校")],
        "school.edit": [N_("%(who)s 改了夜校的情况：%(fields)s"), N_("%(who)s 改了夜校的情况")],
        "school.supporters": [N_("%(who)s 改了五个一")],
        "school.phones": [N_("%(who)s 看了五个一的电话全号")],
        "school.hand_over": [
            N_("%(who)s 把夜校交给了接手的人，从 %(from)s 起"),
            N_("%(who)s 把夜校交给了接手的人"),
        ],
        "school.take_over": [N_("%(who)s 让接续的村接过了名单、老师、场地和后面的课")],
        "school.give_back": [N_("%(who)s 撤回了接续：名单、老师、场地和后面的课又归原来的村")],
        "regions.import": [N_("%(who)s 录入了一份区划名单")],
        "regions.withdraw": [N_("%(who)s 撤回了一份区划名单")],
        "regions.upload": [N_("%(who)s 上传了一份区划名单")],
        "register.take_list": [N_("%(who)s 从表格补了 %(n)s 次课的点名"), N_("%(who)s 从表格补了点名")],
        "register.undo_list": [
            N_("%(who)s 撤回了从表格补的 %(n)s 次课的点名"),
            N_("%(who)s 撤回了从表格补的点名"),
        ],
        "exports.make_posters": [N_("%(who)s 把各村七天的海报做成了一份")],
        "exports.analysts": [N_("%(who)s 把一个地方的课和到课登记写成了文件，没有名字")],
        "exports.make": [N_("%(who)s 把一年的课和人数做成了表格")],
        "regions.successor": [N_("%(who)s 记下了这个村并到了哪里")],
        "backup.made": [N_("%(who)s 做了一次备份")],
        "backup.restored": [N_("%(who)s 从备份恢复了数据")],
        "keys.rotated": [N_("%(who)s 用新密钥把存着的都重新加密了")],
        "keys.signing": [N_("%(who)s 换了签名用的密钥")],
        "keys.dropped": [N_("%(who)s 删掉了旧密钥")],
        "keys.replaced": [N_("%(who)s 换了密钥，原来的找不回来了")],
    },
    Kind.QUESTIONS: {
        "question.ask": [N_("%(who)s 记下了群众的一个问题")],
        "question.answer": [N_("%(who)s 写了群众一个问题的答复")],
        "question.own_answer": [N_("%(who)s 记下老师自己写的一个答复")],
        "question.edit": [N_("%(who)s 改了群众一个问题的写法")],
        "question.reopen": [N_("%(who)s 收回了群众一个问题的答复")],
        "question.remove": [N_("%(who)s 删掉了记下的一个问题")],
    },
    Kind.WISHES: {
        "wish.note": [N_("%(who)s 记下了 %(n)s 个点单"), N_("%(who)s 记下了点单")],
        "wish.open": [N_("%(who)s 让一个点单上了单")],
        "wish.edit": [N_("%(who)s 改了一个点单")],
        "wish.merge": [N_("%(who)s 把一个点单合到了另一个")],
        "wish.unmet": [N_("%(who)s 记下一个点单暂时办不到")],
        "wish.withdraw": [N_("%(who)s 撤下了一个点单")],
        "wish.meet": [N_("%(who)s 给一个点单排了课")],
        "wish.unmeet": [N_("%(who)s 记下一个点单还没有课")],
        "wish.remove": [N_("%(who)s 删掉了一个点单")],
        "wish.clear": [N_("%(who)s 删掉了村里人发来的 %(n)s 个点单"), N_("%(who)s 删掉了村里人发来的点单")],
        "dispatch.offer": [N_("%(who)s 给村里派了一单")],
        "dispatch.stand_in": [N_("%(who)s 请老师顶一节课，问了 %(n)s 位"), N_("%(who)s 请老师顶一节课")],
        "dispatch.withdraw": [N_("%(who)s 撤回了派来的一单")],
        "dispatch.village_yes": [N_("%(who)s 接了派来的一单")],
        "dispatch.village_no": [N_("%(who)s 谢绝了派来的一单")],
        "dispatch.teacher_yes": [N_("%(who)s 记下老师答应来")],
        "dispatch.teacher_no": [N_("%(who)s 记下老师谢绝了")],
        "rota.begin": [N_("%(who)s 给等着的点单一次排课")],
        "rota.change": [N_("%(who)s 改了排课草稿里的一行")],
        "rota.mend": [N_("%(who)s 照现在的情况补了排课草稿")],
        "rota.again": [
            N_("%(who)s 定下排课草稿里的 %(n)s 行，别的重新排"),
            N_("%(who)s 把排课草稿重新排了一遍"),
        ],
        "rota.offer": [N_("%(who)s 从排课草稿派出了 %(n)s 单"), N_("%(who)s 从排课草稿派出了一单")],
        "rota.withdraw": [
            N_("%(who)s 撤回了排课草稿派出的 %(n)s 单"),
            N_("%(who)s 撤回了排课草稿派出的一单"),
        ],
        "inspection.draw": [N_("%(who)s 随机抽了 %(n)s 次课去看"), N_("%(who)s 随机抽了几次课去看")],
        "inspection.note": [N_("%(who)s 来看过 %(what)s，记下了看到的"), N_("%(who)s 来看过一节课")],
        "dispatch.overtaken": [N_("%(who)s 记下派来的一单没排成")],
    },
    Kind.CALENDARS: {
        "calendar.market": [N_("%(who)s 记下了一个场期")],
        "calendar.market_end": [N_("%(who)s 去掉了一个场期")],
        "calendar.season": [N_("%(who)s 记下了一段农忙")],
        "calendar.season_end": [N_("%(who)s 去掉了一段农忙")],
        "calendar.day": [N_("%(who)s 记下了和平常不一样的一天")],
        "calendar.day_end": [N_("%(who)s 去掉了和平常不一样的一天")],
        "calendar.notice": [N_("%(who)s 录入了一年的放假通知")],
        "region.settle": [N_("%(who)s 改了这里的设置：%(fields)s"), N_("%(who)s 改了这里的设置")],
        "region.columns": [N_("%(who)s 定了%(paper)s的栏目"), N_("%(who)s 定了一张表的栏目")],
        "region.columns_back": [N_("%(who)s 让%(paper)s照上一级的印"), N_("%(who)s 让一张表照上一级的印")],
        "region.words": [N_("%(who)s 定了一种通知怎么说")],
        "region.words_back": [N_("%(who)s 让一种通知照上一级的说")],
        "region.map": [N_("%(who)s 上传了这里的地图")],
        "region.map_gone": [N_("%(who)s 去掉了这里的地图")],
        "calendar.position": [N_("%(who)s 记下了村里的位置")],
    },
    Kind.ACCOUNTS: {
        "account.create": [
            N_("%(who)s 给 %(what)s 开了账号（%(role)s）"),
            N_("%(who)s 给 %(what)s 开了账号"),
        ],
        "account.change_password": [N_("%(who)s 改了自己的密码")],
        "account.rename": [N_("%(who)s 改了自己的名字")],
        "account.digest_mail": [N_("%(who)s 改了自己的周报寄到哪里")],
        "account.set_password": [N_("%(who)s 给 %(what)s 定了新密码")],
        "account.disable": [N_("%(who)s 停用了 %(what)s 的账号")],
        "account.enable": [N_("%(who)s 重新启用了 %(what)s 的账号")],
        "posting.give": [
            N_("%(who)s 给了 %(what)s 一个职责：%(role)s，从 %(from)s 起"),
            N_("%(who)s 给了 %(what)s 一个职责：%(role)s"),
            N_("%(who)s 给了 %(what)s 一个职责"),
        ],
        "posting.end": [
            N_("%(who)s 收回了 %(what)s 的职责：%(role)s，最后一天是 %(to)s"),
            N_("%(who)s 收回了 %(what)s 的职责：%(role)s"),
            N_("%(who)s 收回了 %(what)s 的一个职责"),
        ],
        "incident.freeze": [N_("%(who)s 停下了：出了事，只能看，不能改")],
        "incident.all_out": [N_("%(who)s 让所有设备都退出了登录，没用过的登录单都作废了")],
        "incident.thaw": [N_("%(who)s 恢复了")],
        "second.set_up": [N_("%(who)s 设好了手机验证码")],
        "second.codes": [N_("%(who)s 换了一张新的恢复单")],
        "second.given_up": [N_("%(who)s 停用了自己的手机验证码")],
        "second.taken_away": [N_("%(who)s 取消了 %(what)s 的手机验证码")],
        "second.code_used": [N_("%(who)s 用掉了恢复单上的一行")],
        "second.wrong": [N_("有人用 %(who)s 的密码试了一个不对的验证码")],
        "slip.make": [N_("%(who)s 给 %(what)s 打了登录单")],
        "slip.use": [N_("%(who)s 用登录单登录，定了密码")],
        "login.open": [N_("%(who)s 登录了")],
        "login.close": [N_("%(who)s 退出了登录")],
        "login.revoke": [N_("%(who)s 让自己的一台设备退出了登录")],
        "device.revoke": [N_("%(who)s 让 %(what)s 的一台设备退出了登录")],
        "device.revoke_all": [N_("%(who)s 让 %(what)s 的设备全都退出了登录")],
    },
}
ACTIONS = {action: told for those in SENTENCES.values() for action, told in those.items()}

# What a coordinator set down after the hour of the class was over is another thing than a cancellation.
_NOT_HELD = [N_("%(who)s 记下 %(what)s没开成：%(reason)s"), N_("%(who)s 记下 %(what)s没开成")]
_UNKNOWN = [N_("%(who)s 改了这里的记录")]

# Column -> what the forms call it.
FIELD_WORDS = {
    "title": N_("课名"),
    "category_code": N_("类别"),
    "summary": N_("讲什么"),
    "venue_id": N_("地点"),
    "teachers": N_("老师"),
    "starts": N_("开始时间"),
    "ends": N_("结束时间"),
    "name": N_("名字"),
    "group_name": N_("村民小组"),
    "household": N_("户主"),
    "sex": N_("性别"),
    "birth_year": N_("出生年份"),
    "phone": N_("电话"),
    "kind": N_("类型"),
    "unit": N_("单位"),
    "specialities": N_("会讲什么"),
    "languages": N_("会说的话"),
    "name_is_public": N_("名字公不公开"),
    "seats": N_("座位"),
    "area_m2": N_("面积"),
    "is_lit": N_("有没有灯"),
    "is_covered": N_("有没有顶"),
    "directions": N_("路怎么走"),
    "key_holder": N_("管钥匙的人"),
    "key_holder_phone": N_("管钥匙的人的电话"),
    "allows_parallel": N_("能不能同时开两节课"),
    "for_township": N_("本镇别的村能不能用"),
    "institution_name": N_("夜校的名字"),
    "principal": N_("校长（负责人）"),
    "contact_name": N_("联系人"),
    "contact_phone": N_("联系电话"),
    "usual_venue_id": N_("常用场地"),
    "opened_on": N_("哪天办起来的"),
    "equipment": N_("八有"),
    "retired_at": N_("还用不用"),
    "weekly_limit": N_("一周最多几节"),
    "approves_plans": N_("计划要不要先审"),
    "travel_kmh": N_("路上每小时几公里"),
    "target_per": N_("按什么算要开多少次课"),
    "village_target": N_("村里要开几次"),
    "community_target": N_("社区要开几次"),
    "register_days": N_("多少天后改点名要写原因"),
    "household_purpose": N_("记户类做什么用"),
    "households": N_("全村户数"),
    "told_version": N_("念过告知书"),
    "came_on": N_("哪天来的"),
    "left_on": N_("哪天走的"),
    "region_code": N_("哪个村"),
    "audience": N_("对象"),
    "delivery_mode": N_("授课形式"),
    "labels": N_("主办、协办和专项活动"),
    "expected": N_("预计人数"),
}

_PLACE = re.compile(r"%\((\w+)\)")


def trail_kind_word(kind: str) -> str:
    """What a kind of line is called."""
    return _(_KIND_WORDS[Kind(kind)])


def actions_of(kind: Kind) -> tuple[str, ...]:
    """The actions whose lines are of this kind."""
    return tuple(SENTENCES[kind])


def tell(
    action: str,
    details: Mapping[str, Any],
    *,
    who: str,
    what: str,
    title: str = "",
    was_over: bool = False,
    today: date,
) -> str:
    """One sentence: who did what to which record.

    `what` names the record, `title` a class alone. `was_over`: the class session had ended when it was written.
    """
    is_late = was_over and action == "sessions.cancel"
    sentences = _NOT_HELD if is_late else ACTIONS.get(action, _UNKNOWN)
    values = {"who": who, "what": what, "title": title, **_values(details, today)}
    told = (words for words in sentences if all(values[name] for name in _PLACE.findall(words)))
    return _(next(told, sentences[-1]), **values)


def tell_session(slot: Slot, title: str, *, today: date) -> str:
    """11月28日 的课「柑橘冬季管护」."""
    return _("%(day)s 的课「%(title)s」", day=_day(slot.day, today), title=title)


def _values(details: Mapping[str, Any], today: date) -> dict[str, str]:
    """What the details say, as words; empty where they say nothing, or what is no longer understood."""
    reason, role, paper = details.get("reason"), details.get("role"), details.get("called")
    return {
        "paper": _(paper) if paper else "",
        "reason": reason_word(reason) if reason in REASONS else "",
        "role": role_word(role) if role in set(Role) else "",
        "before": _moment(details.get("before"), today),
        "after": _moment(details.get("after"), today),
        "from": _iso_day(details.get("from_day"), today),
        "to": _iso_day(details.get("to_day"), today),
        "n": str(details.get("sessions") or ""),
        "month": month_word(month_of(date.fromisoformat(details["month"])), today)
        if details.get("month")
        else "",
        "fields": _("、").join(
            _(FIELD_WORDS[name]) for name in details.get("fields") or () if name in FIELD_WORDS
        ),
    }


def _moment(told: Any, today: date) -> str:
    """The day and the start of what actions.courses.sessions notes: [2026-11-27, 1140, 1230]."""
    if not isinstance(told, list) or len(told) != 3:
        return ""
    return f"{_iso_day(told[0], today)} {clock(told[1])}"


def _iso_day(told: Any, today: date) -> str:
    return _day(date.fromisoformat(told), today) if told else ""


def _day(day: date, today: date) -> str:
    return day_without_year(day) if day.year == today.year else day_with_year(day)
