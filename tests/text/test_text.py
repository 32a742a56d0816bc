"""Folding, sorting and finding text; that every fragment finds its record is a property."""

import itertools
import random
import string
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_api.text import MAX_GRAMS, company_key, e164, fold, fold_email, grams, query_grams, sort_key

LETTERS = string.ascii_letters + string.digits + "éÉüñßøÅŁçАяЖжёΣσςαθöＡｚ９"
HAN = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同"

words = st.text(LETTERS, min_size=1, max_size=30)
chinese = st.text(HAN, min_size=1, max_size=30)
anything = st.text(max_size=300)


def found(query: str, *texts: str) -> bool:
    wanted = query_grams(query)
    return bool(wanted) and set(wanted) <= grams(*texts)


class TestSorting:
    def test_chinese_sorts_by_pinyin_among_latin(self) -> None:
        names = [
            "周涛",
            "Zoe",
            "bob",
            "阿里",
            "Alice",
            "王芳",
            "李娜",
            "Émile",
            "方圆",
            "范冰",
            "重庆银行",
            "长沙",
        ]
        assert sorted(names, key=sort_key) == [
            "阿里",
            "Alice",
            "bob",
            "长沙",
            "重庆银行",
            "Émile",
            "范冰",
            "方圆",
            "李娜",
            "王芳",
            "周涛",
            "Zoe",
        ]

    def test_homophones_stay_apart(self) -> None:
        names = ["章一", "张一", "张二", "章二"]
        assert [name[0] for name in sorted(names, key=sort_key)] in (list("张张章章"), list("章章张张"))

    def test_tone_orders_what_pinyin_leaves_equal(self) -> None:
        assert sort_key("妈妈") < sort_key("麻") < sort_key("马") < sort_key("骂")

    @pytest.mark.parametrize(
        ("text", "starts"),
        [
            ("曾国强", "zeng"),
            ("单磊", "shan"),
            ("任伟", "ren2"),
            ("区域", "qu"),
            ("查询", "cha"),
            ("单反相机", "dan"),
        ],
    )
    def test_family_names_have_their_own_reading(self, text: str, starts: str) -> None:
        assert sort_key(text).startswith(starts)

    @given(st.lists(st.text(string.ascii_letters + HAN + " -1", max_size=12), max_size=8))
    def test_order_survives_the_collation_of_the_database(self, texts: list[str]) -> None:
        by_bytes = sorted(texts, key=lambda text: sort_key(text).encode())
        assert [sort_key(text) for text in by_bytes] == sorted(map(sort_key, texts))

    @given(anything)
    def test_is_bounded_and_stable(self, text: str) -> None:
        assert len(sort_key(text)) <= 200
        assert sort_key(text) == sort_key(unicodedata.normalize("NFD", text)) or not text.isprintable()

    def test_case_width_accents_and_spaces_do_not_count(self) -> None:
        assert len({sort_key(text) for text in ("Café  Noir", " ＣＡＦＥ noir", "cafe\u0301\u3000NOIR")}) == 1

    def test_long_input_costs_little(self) -> None:
        assert len(sort_key("张" * 10_000)) == 200
        assert len(sort_key("x" * 10_000)) == 200


class TestEmail:
    @pytest.mark.parametrize(
        ("text", "folded"),
        [
            ("A@B.com", "a@b.com"),
            ("  Zhang.San+CRM@Mail.Example.CN ", "zhang.san+crm@mail.example.cn"),
            ("ｌｉ＠ｅｘａｍｐｌｅ．ｃｏｍ", "li@example.com"),
            ("info@Müller.de", "info@xn--mller-kva.de"),
            ("用户@例子.中国", "用户@xn--fsqu00a.xn--fiqs8s"),
            ("o'brien@x.ie", "o'brien@x.ie"),
            ("x" * 64 + "@a.com", "x" * 64 + "@a.com"),
        ],
    )
    def test_folds(self, text: str, folded: str) -> None:
        assert fold_email(text) == folded
        assert fold_email(folded) == folded

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "a",
            "@b.com",
            "a@",
            "a@b",
            "a@b.c",
            "a@@b.com",
            "a@b@c.com",
            "a b@c.com",
            ".a@b.com",
            "a.@b.com",
            "a..b@c.com",
            "a@.com",
            "a@b..com",
            "a@-b.com",
            "a@b-.com",
            "a@b_c.com",
            "a@1.2.3.4",
            "a@[1.2.3.4]",
            '"a b"@c.com',
            "a@b.com\r\nBcc: c@d.com",
            "a\x00@b.com",
            "a@\ud800.com",
            "\ud800@b.com",
            "x" * 65 + "@a.com",
            "a@" + "b" * 64 + ".com",
            "a@" + "bcd." * 70 + "com",
            "a@" + "é" * 10_000 + ".com",
        ],
    )
    def test_refuses(self, text: str) -> None:
        assert fold_email(text) is None

    @given(anything)
    def test_never_fails(self, text: str) -> None:
        assert fold_email(f"{text}@{text}.com") is None or "@" in text or text.strip()


class TestPhone:
    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("13800138000", "+8613800138000"),
            ("138 0013 8000", "+8613800138000"),
            ("+86-138-0013-8000", "+8613800138000"),
            ("１３８００１３８０００", "+8613800138000"),
            ("(010) 8888 8888", "+861088888888"),
            ("010-88888888转123", "+861088888888"),
            ("021-62345678 ext. 9", "+862162345678"),
            ("400-820-8820", "+864008208820"),
            ("+1 (202) 555-0143", "+12025550143"),
            ("+44 20 7946 0958", "+442079460958"),
        ],
    )
    def test_normalises(self, text: str, number: str) -> None:
        assert e164(text) == number
        assert e164(number) == number

    def test_the_short_way_of_mobiles_goes_where_the_long_one_does(self) -> None:
        chance = random.Random(3)
        found = [f"1{chance.randrange(10**9, 10**10)}" for _ in range(3_000)]
        assert [e164(text) for text in found] == [e164(f"{text[:3]} {text[3:]}") for text in found]
        assert 1_000 < sum(e164(text) is not None for text in found) < 2_999

    def test_the_region_decides_without_a_country_code(self) -> None:
        assert e164("07911 123456", "GB") == "+447911123456"
        assert e164("07911 123456", "CN") is None

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "+",
            "123",
            "12345",
            "call 13800138000",
            "abc",
            "138001380001234567",
            "+999 1234567",
            "1" * 10_000,
        ],
    )
    def test_refuses(self, text: str) -> None:
        assert e164(text) is None

    @given(anything)
    def test_never_fails(self, text: str) -> None:
        assert e164(text) is None or text


class TestCompany:
    @pytest.mark.parametrize(
        "names",
        [
            [
                "上海智达信息科技有限公司",
                "上海智达信息科技",
                "上海智达信息科技有限责任公司",
                " 上海智达信息科技股份有限公司。",
            ],
            ["上海智达（集团）有限公司", "上海智达(集团)股份有限公司", "上海智达集团公司"],
            [
                "Acme Ltd",
                "ACME, Ltd.",
                "Acme Co., Ltd.",
                "acme limited",
                "Ａｃｍｅ Inc.",
                "ACME L.L.C.",
                "Acme",
            ],
            ["Müller GmbH", "MULLER AG", "Muller GmbH & Co. KG"],
            ["智云Ltd", "智云有限公司"],
        ],
    )
    def test_the_legal_form_does_not_count(self, names: list[str]) -> None:
        assert len({company_key(name) for name in names}) == 1

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("上海智达有限公司", "北京智达有限公司"),
            ("智达有限公司", "智达集团有限公司"),
            ("智达有限公司", "智达有限公司北京分公司"),
            ("Cisco", "Cis Co"),
            ("有限公司", "Ltd"),
        ],
    )
    def test_what_differs_stays_apart(self, one: str, other: str) -> None:
        assert company_key(one) != company_key(other)

    @given(anything)
    def test_is_stable_and_never_empties_a_name(self, name: str) -> None:
        key = company_key(name)
        assert key or not any(character.isalnum() for character in fold(name))


class TestSearch:
    @given(st.lists(words, min_size=1, max_size=6), st.data())
    def test_any_beginning_of_any_word_is_found(self, texts: list[str], data: st.DataObject) -> None:
        word = data.draw(st.sampled_from(texts))
        beginning = word[: data.draw(st.integers(1, len(word)))]
        for query in (beginning, beginning.upper(), beginning.lower()):
            assert found(query, " ".join(texts))

    @given(st.lists(chinese, min_size=1, max_size=4), st.data())
    def test_any_chinese_fragment_is_found(self, texts: list[str], data: st.DataObject) -> None:
        text = data.draw(st.sampled_from(texts))
        start = data.draw(st.integers(0, len(text) - 1))
        fragment = text[start : data.draw(st.integers(start + 1, len(text)))]
        assert found(fragment, *texts)
        assert found(fragment, "x".join(texts))

    @given(st.lists(st.one_of(words, chinese), min_size=1, max_size=5))
    def test_a_mixed_query_is_found_in_its_own_text(self, texts: list[str]) -> None:
        assert found("/".join(texts), "/".join(texts))

    @given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from([" ", "-", " - "]), st.data())
    def test_a_phone_is_found_however_written(self, digits: str, separator: str, data: st.DataObject) -> None:
        written = separator.join((digits[:3], digits[3:7], digits[7:]))
        for stored in (
            digits,
            written,
            f"+86{digits}",
            f"+86 {written}",
            f"电话{written} 2024 办公室 010-88886666",
        ):
            assert found(digits, stored)
            assert found(written, stored)
            assert found(digits[: data.draw(st.integers(7, 11))], stored)
            assert found(digits[-data.draw(st.integers(4, 11)) :], stored)
            assert found(separator.join((digits[:3], digits[3:7])), stored)
            assert found(f"+86 {written}", stored)

    def test_the_other_numbers_of_a_record_hide_none(self) -> None:
        stored = "13800138000 13900139000 138 0000 1111 100 2024-01-15 200"
        for query in (
            "8000",
            "0138000",
            "13900139000",
            "00001111",
            "13800001111",
            "2024-01-15",
            "2024-01",
            "100",
        ):
            assert found(query, stored), query
        assert not found("9999", stored)

    def test_emails_are_found_whole_by_words_and_while_typed(self) -> None:
        stored = "联系zhang.san@mail.example.com或李四"
        email = "zhang.san@mail.example.com"
        for end in range(1, len(email) + 1):
            assert found(email[:end], stored), email[:end]
        for query in ("san", "Example", "MAIL.EXAMPLE", "ZHANG.SAN@MAIL.EXAMPLE.COM"):
            assert found(query, stored)
        assert not found("san@mail.example.com", stored)
        assert not found("zhang.san@mail.example.org", stored)

    @pytest.mark.parametrize(
        ("query", "wanted"),
        [
            ("智云", ["智云"]),
            ("智", ["智"]),
            ("智云科技", ["智云", "云科", "科技"]),
            ("智云ABC", ["智云", "abc"]),
            ("Café 42", ["42", "cafe"]),
            ("x" * 30, ["x" * 20]),
            ("138 0013 8000", ["13800138000"]),
            ("+86 138 0013 8000", ["13800138000"]),
            ("+86", ["86"]),
            ("iphone15 1234567", ["1234567", "iphone15"]),
            ("a@B.com", ["a@b.com"]),
            ("abc abc", ["abc"]),
            ("%_!?'\";--", []),
            ("", []),
        ],
    )
    def test_a_query_asks_for_exactly(self, query: str, wanted: list[str]) -> None:
        assert query_grams(query) == wanted

    def test_every_part_of_a_query_is_required(self) -> None:
        assert found("智云 abc", "上海智云", "ABC Ltd")
        assert not found("智云 abd", "上海智云", "ABC Ltd")
        assert not found("云上", "上海智云", "上海")

    @given(anything, anything)
    def test_never_fails_and_never_matches_by_nothing(self, text: str, query: str) -> None:
        assert all(grams(text))
        assert all(query_grams(query))

    @pytest.mark.parametrize(
        "text",
        [
            "".join(map(chr, range(0x4E00, 0x4E00 + 10_000))),
            "1 " * 5000,
            " ".join(map(str, range(10_000, 12_000))),
            "a" * 10_000,
            "a.b-" * 2500,
            "a@b." * 2500,
            "@" * 10_000,
            "1" * 10_000,
            "1-" * 4999 + "1a",
            "é" * 10_000,
        ],
        ids=range(10),
    )
    def test_long_input_is_bounded_in_grams_and_time(self, text: str) -> None:
        started = time.process_time()
        assert len(grams(text, text[::-1], text, text)) <= MAX_GRAMS
        assert len(query_grams(text)) <= 200
        assert max(map(len, itertools.chain(grams(text), query_grams(text))), default=0) <= 2000
        assert time.process_time() - started < 5, "its cost grows with the square of its length"
