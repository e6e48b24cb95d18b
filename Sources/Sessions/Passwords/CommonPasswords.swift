/// A list of common passwords that are long enough to be accepted otherwise.
enum CommonPasswords {
    /// Returns whether `password` is on the list, ignoring case.
    static func contains(_ password: String) -> Bool {
        let folded = password.lowercased()
        return ofEightAndMore.contains(folded) || ofFifteenAndMore.contains(folded)
    }

    /// The most frequent entries of published lists of stolen passwords, from 8 characters on, in lower case.
    private static let ofEightAndMore = Set(
        """
        !qaz2wsx !qaz@wsx 00000000 000000000 0000000000 01011990 01012000 01020304 01234567 012345678 0123456789
        0987654321 10101010 10203040 102030405060 11111111 111111111 1111111111 11112222 11223344 1122334455
        112233445566 12121212 123123123 123321123 12341234 12344321 123454321 12345678 123456780 123456789 1234567890
        1234567891 12345678910 123456789a 123456789q 12345678a 12345679 1234567a 1234567q 123456aa 123456ab 123456abc
        123456qwerty 12345abc 12345qwert 1234abcd 1234qwer 123654789 123abc123 123admin123 123password 123qwe123
        123qweasd 123qweasdzxc 13579135 1357924680 147258369 147852369 159357456 159753456 1a2b3c4d 1a2b3c4d5e
        1password 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx 1qaz2wsx3edc 1qaz@wsx 1qazxsw2 20202020 21122112 22222222
        24681012 2password 2wsx3edc 31415926 314159265 33333333 3edc4rfv 44444444 55555555 66666666 69696969 741852963
        77777777 789456123 87654321 88888888 888888888 963852741 98765432 987654321 9876543210 99999999 999999999
        a1234567 a12345678 a123456789 a1b2c3d4 a1b2c3d4e5 a1s2d3f4 aa123456 aa12345678 aaaa1111 aaaaaaaa abc12345
        abc123456 abc123456789 abc123abc abcabcabc abcd1234 abcd12345 abcde123 abcdef123 abcdefgh abcdefghi abcdefghij
        access14 admin!23 admin123 admin123! admin1234 admin12345 admin123456 admin@123 adminadmin administrator
        adminpass adminpassword alejandro alexander alexander1 america1 american1 anthony1 arsenal1 asd123456
        asdasdasd asdf1234 asdf;lkj asdfasdf asdfghjk asdfghjkl asdfqwer asshole1 august123 australia autumn123
        azerty123 azertyuiop babygirl babygirl1 banana123 barcelona barcelona1 baseball baseball1 basketball
        basketball1 batman123 bayern123 bbbbbbbb beautiful beautiful1 benjamin bestfriend blackcat blessed1 blink182
        bullshit butterfly butterfly1 california champion changeit changeme changeme1 changeme123 changepassword
        changethis charlie1 charlie123 cheese123 chelsea1 chelseafc chevrolet chocolate chocolate1 christopher
        computer computer1 computer123 contrasena contraseña cookies1 correcthorsebatterystaple corvette counterstrike
        cowboys1 cristina cupcake1 danielle database database1 default1 default123 defaultpassword demo1234 demodemo
        deutschland diamond1 dolphins dragon123 drowssap elephant elizabeth elizabeth1 example1 facebook facebook1
        faithhope fernando ferrari1 ficken123 football football1 football123 forever1 france123 francisco freedom1
        friday123 friends1 fuckyou! fuckyou1 fuckyou123 fuckyou2 gabriela gfhjkm123 godisgood goodluck google123
        greenday guest123 guestguest hallo123 hallohallo happy123 happyday hardcore haslo123 hello123 hello123!
        hello1234 hello12345 hellohello helloworld ihateyou ilovegod ilovejesus iloveme1 iloveu123 iloveyou iloveyou!
        iloveyou1 iloveyou12 iloveyou123 iloveyou2 internet internet1 jackass1 jennifer jennifer1 jessica1 jesus123
        jesuschrist jonathan juventus killer123 letmein! letmein1 letmein12 letmein123 letmeinnow linkedin liverpool
        liverpool1 liverpoolfc lkjhgfdsa lovelove lovelove1 lovely123 loveyou1 manager1 manchester master123 matrix123
        matthew1 maverick mercedes metallica metallica1 michael1 michael123 michelle michelle1 microsoft midnight
        minecraft minecraft1 mnbvcxz1 monday123 monkey123 motdepasse motorola mountain mustang1 mylove123 mypass123
        mypassword mypassword1 mysql123 newpassword newyork1 nicholas nintendo nirvana1 nopass123 nopassword nothing1
        operator oracle123 p4ssw0rd p4ssword p@ssw0rd p@ssw0rd1 p@ssword p@ssword1 pa$$word pa55word parola123
        pass1234 pass12345 pass123456 pass@123 pass@1234 pass@word1 passpass passphrase passw0rd passw0rd1 passwd123
        password password! password-test password.. password0 password00 password01 password1 password1! password11
        password12 password123 password123! password1234 password12345 password123456 password2 password3 password7
        password9 password99 passwort passwort1 patrick1 playstation poiuytrewq pokemon1 pokemon123 porsche1 postgres
        postgres1 postgres123 postgresql princess princess1 princess123 pumpkin1 pussycat q1q1q1q1 q1w2e3r4 q1w2e3r4t5
        qaz123wsx qazwsx123 qazwsxedc qazwsxedcrfv qazxswedc qpwoeiru qwe123456 qwe123qwe qweasd123 qweasdzxc
        qweqweqwe qwer1234 qwerasdf qwerasdfzxcv qwerty01 qwerty11 qwerty12 qwerty123 qwerty1234 qwerty12345
        qwerty123456 qwertyqwerty qwertyui qwertyuio qwertyuiop qwertz123 qwertzui qwertzuiop realmadrid redskins
        rockstar rockstar1 root1234 rootpass rootpassword rootroot salasana samantha samantha1 sample123 samsung1
        samsung123 schalke04 schatzi1 scorpion secret12 secret123 secretpassword senha123 server123 shadow123 slipknot
        snowball softball sommer123 spiderman spiderman1 spring123 spring2024 spring2025 starcraft startrek starwars
        starwars1 steelers stephanie strawberry summer123 summer2020 summer2021 summer2022 summer2023 summer2024
        summer2025 sunshine sunshine1 sunshine123 superman superman1 superman123 superstar support1 support123
        sweetheart swimming sysadmin teamo123 temp1234 temporary temppass temppassword tequiero test1234 test12345
        test123456 tester123 testing1 testing123 testpass testtest testtest1 testuser thepassword toor1234 topsecret
        trinity1 truelove trustno1 trustnoone user1234 username useruser valentina veronica victoria volleyball
        w1w2w3w4 wachtwoord warcraft welcome! welcome01 welcome1 welcome1! welcome12 welcome123 welcome1234 welcome2
        whatever whatever1 william1 windows10 windows123 winter123 winter2020 winter2021 winter2022 winter2023
        winter2024 winter2025 wolverine xxxxxxxx yankees1 yourpassword z1x2c3v4 zaq12wsx zaq1@wsx zaq1xsw2 zaq1zaq1
        zxc123456 zxcasdqwe zxcv1234 zxcvbnm, zxcvbnm1 zxcvbnm123 zxcvzxcv zzzzzzzz
        """.split(whereSeparator: \.isWhitespace).map(String.init))

    /// Long ones: rows of the keyboard, repetitions, and sentences that say what they are.
    private static let ofFifteenAndMore = Set(
        """
        000000000000000 0000000000000000 00000000000000000000 102030405060708090 111111111111111 1111111111111111
        11111111111111111111 112233445566778899 121212121212121 1212121212121212 123123123123123 123123123123123123
        123321123321123321 123454321123454321 1234567812345678 123456789012345 1234567890123456 123456789012345678
        12345678901234567890 123456789101112 1234567891011121 12345678910111213 1234567891234567 123456789123456789
        1234567890987654321 123456789qwertyuiop 1234567890qwertyuiop 123456abcdef123456 1a2b3c4d5e6f7g8h
        1q2w3e4r5t6y7u8i 1q2w3e4r5t6y7u8i9o 1q2w3e4r5t6y7u8i9o0p 1qaz2wsx3edc4rfv 1qaz2wsx3edc4rfv5tgb
        1qaz2wsx3edc4rfv5tgb6yhn 1qazxsw23edcvfr4 987654321987654321 98765432109876543210 999999999999999
        9999999999999999 a1b2c3d4e5f6g7h8 aaaaaaaaaaaaaaa aaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaaa abababababababab
        abc123abc123abc123 abcabcabcabcabc abcd1234abcd1234 abcdefghijklmno abcdefghijklmnop abcdefghijklmnopqrst
        abcdefghijklmnopqrstuvwxyz abcdefgh12345678 adminadminadmin administrator12 administrator123 administrator1234
        administratoradministrator adminpassword123 asdfasdfasdfasdf asdfghjklasdfghjkl asdfghjklqwertyuiop
        asdfghjklzxcvbnm asdfghjkl123456 asdfghjkl123456789 azertyuiopqsdfgh azertyuiopqsdfghjklm changemechangeme
        changeme123456789 changethispassword choosemypassword correct-horse-battery-staple correcthorsebattery
        defaultpassword1 defaultpassword123 geheimespasswort geheimgeheimgeheim helloworldhelloworld iloveyouforever
        iloveyouforever1 iloveyouiloveyou iloveyousomuch1 iloveyouverymuch letmeinletmein1 letmeinletmeinletmein
        meinpasswort123 meinpasswortistgut mypassword12345 mypassword123456 mypasswordisgood mypasswordispassword
        notmypassword123 opensesameopensesame p@ssw0rdp@ssw0rd p@ssw0rd12345678 pass123pass123pass123
        passphrasepassphrase passpasspasspass passw0rdpassw0rd password0123456 password1234567 password12345678
        password123456789 password1234567890 password1password1 password123password password123password123
        passwordpassword passwordpassword1 passwordpassword123 passwortpasswort passwort12345678 passwort123456789
        qazwsxedcrfvtgb qazwsxedcrfvtgbyhn qazwsxedcrfvtgbyhnujm qazxswedcvfrtgb qwertyqwertyqwerty qwerty123456789
        qwerty1234567890 qwertyuiop12345 qwertyuiop123456 qwertyuiop123456789 qwertyuiop1234567890 qwertyuiopasdfg
        qwertyuiopasdfgh qwertyuiopasdfghjkl qwertyuiopasdfghjklzxcvbnm qwertyuiopqwertyuiop qwertzuiopasdfgh
        qwertzuiopasdfghjkl secretpassword1 secretpassword123 supersecretpassword testpassword123 testtesttesttest
        thisisapassword thisisapassword1 thisismypassword thisismypassword1 thisispassword1 thisisthepassword
        topsecretpassword trustno1trustno1 verysecretpassword welcome123456789 welcomewelcome1 welcometothejungle
        whatismypassword xxxxxxxxxxxxxxx xxxxxxxxxxxxxxxx yourpassword123 zaq12wsxcde34rfv zxcvbnmasdfghjkl
        zxcvbnmzxcvbnmzxcvbnm zzzzzzzzzzzzzzz
        """.split(whereSeparator: \.isWhitespace).map(String.init))
}
