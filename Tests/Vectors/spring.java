// java -cp JARS spring.java passwords.txt: prints vectors made by the encoders of Spring Security's PasswordEncoderFactories. Its
// delegating encoder takes each of them back.
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.crypto.factory.PasswordEncoderFactories;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.crypto.password.Pbkdf2PasswordEncoder;
import org.springframework.security.crypto.password.StandardPasswordEncoder;
import org.springframework.security.crypto.scrypt.SCryptPasswordEncoder;

class Vectors {
    private static final PasswordEncoder delegating = PasswordEncoderFactories.createDelegatingPasswordEncoder();
    private static final PrintStream output = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private static void emit(String format, String password, String id, PasswordEncoder encoder) {
        String stored = "{" + id + "}" + encoder.encode(password);
        if (!delegating.matches(password, stored)) throw new IllegalStateException(stored);
        output.println(String.join("\t", format, password, stored));
    }

    @SuppressWarnings("deprecation")
    public static void main(String[] arguments) throws Exception {
        String[] passwords = Files.readAllLines(Path.of(arguments[0])).toArray(String[]::new);
        for (String password : passwords) {
            // Its bcrypt makes no new hash of a longer one.
            if (password.getBytes(StandardCharsets.UTF_8).length <= 72) {
                emit("spring bcrypt", password, "bcrypt", new BCryptPasswordEncoder(4));
            }
            // What is not written in the text is as the delegating encoder has it.
            emit("spring argon2", password, "argon2", new Argon2PasswordEncoder(16, 32, 1, 1 << 10, 3));
            emit("spring scrypt", password, "scrypt", new SCryptPasswordEncoder(1 << 10, 8, 1, 32, 64));
            emit("spring sha256", password, "sha256", new StandardPasswordEncoder());
            emit("spring pbkdf2 sha1", password, "pbkdf2", Pbkdf2PasswordEncoder.defaultsForSpringSecurity_v5_5());
            emit("spring pbkdf2 sha256", password, "pbkdf2@SpringSecurity_v5_8",
                Pbkdf2PasswordEncoder.defaultsForSpringSecurity_v5_8());
        }
        emit("spring bcrypt", passwords[1], "bcrypt", new BCryptPasswordEncoder());
        emit("spring argon2", passwords[1], "argon2", Argon2PasswordEncoder.defaultsForSpringSecurity_v5_2());
        emit("spring argon2", passwords[1], "argon2@SpringSecurity_v5_8",
            Argon2PasswordEncoder.defaultsForSpringSecurity_v5_8());
        emit("spring scrypt", passwords[1], "scrypt", SCryptPasswordEncoder.defaultsForSpringSecurity_v4_1());
        emit("spring scrypt", passwords[1], "scrypt@SpringSecurity_v5_8",
            SCryptPasswordEncoder.defaultsForSpringSecurity_v5_8());
    }
}
