"""The passwords everybody tries first, lower-case; those under eight characters are refused anyway."""

from typing import Final

COMMON_PASSWORDS: Final = frozenset(
    """
    0123456789 0987654321 11112222 11223344 1122334455 12121212 123123123 123123123a 123321123 12341234
    12344321 1234512345 12345678 123456781 123456789 1234567890 1234567890a 123456789a 123456789q
    12345678a 1234567a 123456aa 123456abc 123456qwe 12345qwert 1234qwer 123654789 123698745 147258369
    1472583690 147852369 159357456 159753159 1a2b3c4d 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc 1qazxsw2
    20000000 31415926 3141592653 52013141314 5201314520 521521521 66668888 741852963 87654321 963852741
    987654321 9876543210 a1234567 a12345678 a123456789 a1b2c3d4 aa123456
    aa12345678 abc12345 abc123456 abcd1234 abcdefg1 abcdefgh access14 admin123 admin1234 admin12345
    admin123456 admin@123 administrator alexander asd123456 asdasdasd asdf1234 asdfasdf asdfghjk
    asdfghjkl baseball basketball butterfly caonima123 changeme changeme1 changeme123 charlie1 chocolate
    christian company1 company123 computer corvette crm123456 crmadmin dearbook default1 dragon123
    elizabeth facebook fireball firebird football football1 fuckyou1 fuckyou123 garfield
    godisgood google123 guest123 hello123 helloworld iloveyou iloveyou1 iloveyou2 internet
    jennifer jonathan jordan23 juventus killer123 kobe24kobe letmein1 letmein123 linkedin liverpool
    liverpool1 login123 loveyou1 manager1 maverick mercedes michael1 michelle microsoft midnight
    monkey123 mustang1 mypassword nicholas p@$$w0rd p@55w0rd p@ssw0rd p@ssw0rd1 p@ssw0rd123 p@ssword
    p@ssword1 pa$$w0rd pa$$word pass1234 pass@123 passw0rd passw0rd! passw0rd1 password password!
    password0 password01 password1 password1! password11 password12 password123 password123! password1234
    password12345 password2 password@1 password@123 passwort passwort1 patricia pokemon1 princess
    princess1 q1w2e3r4 q1w2e3r4t5 qazwsx123 qazwsxedc qq123456 qq123456789 qwe12345 qwe123456 qweasdzxc
    qweqweqwe qwer1234 qwert123 qwerty12 qwerty123 qwerty1234 qwerty12345 qwerty123456 qwertyui
    qwertyuiop rush2112 samantha scorpion secret123 september shadow12 slipknot spiderman starwars
    starwars1 steelers summer2024 summer2025 summer2026 sunshine sunshine1 superman superman1 superstar
    temp1234 test1234 test12345 test123456 tester123 testtest trustno1 twitter1 user1234 victoria
    w123456789 wang1234 wangyut2 wasd1234 welcome1 welcome123 welcome1234 welcome@123 whatever william1
    winter2024 winter2025 winter2026 woailaopo woaini123 woaini1314 woaini520 woaini521 woaiwojia
    wojiushiwo woshishui xiaoming z123456789 zaq12wsx zaq1zaq1 zaqxswcde zhang123 zxc123456 zxcvbnm,
    zxcvbnm1 zxcvbnm123 zxcvbnma zxcvbnmz
    """.split()
)
