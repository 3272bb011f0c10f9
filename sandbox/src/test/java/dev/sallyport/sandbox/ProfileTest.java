package dev.sallyport.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProfileTest {
  private static final String GOOD =
      """
      {"name": "x", "namespaces": ["user", "mount", "pid", "ipc", "uts", "cgroup", "net"],
       "seccomp": {"groups": ["base"], "allow": ["read"], "kill": ["ptrace"], "sockets": ["unix"],
                   "newNamespaces": false},
       "landlock": {"programs": ["execute"], "readOnly": ["read_file"], "readWrite": ["refer"],
                    "dev": ["read_file"], "devices": ["ioctl_dev"], "network": ["bind_tcp"],
                    "scoped": ["signal"]},
       "limits": {"memoryPercent": 50, "cpuPercent": 90, "processes": 64, "files": 64,
                  "temporaryBytes": 65536},
       "devices": ["/dev/nvidia0"]}
      """;

  private static Profile parse(String text) throws BadInput {
    return Profile.parse(Json.parseObject(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void readsWhatItSays() throws Exception {
    Profile profile = parse(GOOD);
    assertFalse(profile.network());
    assertTrue(profile.seccomp().allow().contains("read"));
    assertTrue(profile.seccomp().allow().contains("futex"));
    assertEquals("[/dev/nvidia0]", profile.devices().toString());
    assertTrue(parse(GOOD.replace(", \"net\"", "")).network());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"name\": \"x\"|\"name\": \"x\", \"more\": 1|more",
        "\"user\", |''|leave out",
        "\"net\"|\"time\"|time",
        "\"base\"|\"everything\"|everything",
        "\"read\"|\"raed\"|raed",
        "\"ptrace\"|\"futex\"|both",
        "\"unix\"|\"vsock\"|vsock",
        "false|0|newNamespaces",
        "\"memoryPercent\": 50|\"memoryPercent\": 101|memoryPercent",
        "\"memoryPercent\": 50, |''|memoryPercent",
        "\"execute\"|\"exec\"|exec",
        "\"execute\"|\"signal\"|signal has no place in programs",
        "\"ioctl_dev\"|\"make_reg\"|make_reg has no place in devices",
        "\"bind_tcp\"|\"refer\"|refer has no place in network",
        "\"scoped\": [\"signal\"]|\"scopes\": [\"signal\"]|scope",
        "\"files\": 64|\"files\": 64, \"cores\": 1|cores",
        "/dev/nvidia0|/dev/../etc|plain",
        "/dev/nvidia0|/etc/shadow|plain",
        "/dev/nvidia0|/dev|plain",
      })
  void refusesWhatItDoesNotKnow(String from, String to, String said) {
    assertTrue(GOOD.contains(from));
    BadInput bad = assertThrows(BadInput.class, () -> parse(GOOD.replace(from, to)));
    assertTrue(bad.getMessage().contains(said), bad.getMessage());
  }

  @Test
  void theRuntimeGetsTheNarrowest() {
    Profile runtime = Profile.runtime();
    assertFalse(runtime.network());
    assertFalse(runtime.seccomp().newNamespaces());
    assertEquals("[UNIX]", runtime.seccomp().sockets().toString());
    assertTrue(runtime.devices().isEmpty());
    assertTrue(runtime.landlock().orElseThrow().network().isEmpty());
    assertFalse(runtime.landlock().orElseThrow().readWrite().contains(LandlockRight.EXECUTE));
    assertTrue(Profile.keeper().landlock().isEmpty(), "a restricted process cannot mount");
    for (Profile other : new Profile[] {Profile.server(), Profile.keeper(), Profile.service()}) {
      assertTrue(other.seccomp().allow().containsAll(runtime.seccomp().allow()), other.name());
    }
  }
}
