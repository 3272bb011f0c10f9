package dev.sallyport.keeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.core.Refusal;
import dev.sallyport.sandbox.UidRange;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsersTest {
  @TempDir Path dir;

  @Test
  void noTwoModelsHaveOneUserAndNoneIsReusedBeforeAllOthersWere() throws Exception {
    Users users = new Users(3);
    OptionalInt first = users.take();
    OptionalInt second = users.take();
    users.giveBack(first);
    OptionalInt third = users.take();
    assertEquals(3, new HashSet<>(Set.of(first, second, third)).size());
    assertEquals(first, users.take(), "the oldest that is free");
    Refusal none = assertThrows(Refusal.class, users::take);
    assertEquals("busy", none.code());
  }

  @Test
  void withoutARangeThereIsNothingToGive() throws Exception {
    Users none = new Users(0);
    assertEquals(OptionalInt.empty(), none.take());
    Path file = Files.writeString(dir.resolve("f"), "x");
    Users.hand(dir, OptionalInt.empty());
    assertEquals("x", Files.readString(file));
  }

  @Test
  void whatIsHandedOverIsOfThatUserAloneAndNotToBeWritten() throws Exception {
    assumeTrue(System.getProperty("user.name").equals("root"), "skipped: needs root");
    Path inner = Files.createDirectory(dir.resolve("d"));
    Path file = Files.writeString(inner.resolve("f"), "x");
    Users.hand(inner, OptionalInt.of(UidRange.INSIDE));
    for (Path path : Set.of(inner, file)) {
      assertEquals(UidRange.INSIDE, Files.getAttribute(path, "unix:uid"));
      assertEquals(UidRange.INSIDE, Files.getAttribute(path, "unix:gid"));
    }
    assertEquals("r--------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertEquals("r-x------", PosixFilePermissions.toString(Files.getPosixFilePermissions(inner)));
  }
}
