package dev.sallyport.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SeccompTest {
  private static final Set<String> BY_ARGUMENT =
      Set.of("clone", "clone3", "socket", "socketpair", "ioctl", "personality");

  private static final List<Profile> ALL =
      List.of(Profile.runtime(), Profile.service(), Profile.server(), Profile.keeper());

  private static int verdict(Profile p, Architecture a, String name, long... arguments) {
    OptionalInt number = Profile.SYSCALLS.number(name, a);
    return BpfMachine.run(
        p.seccomp().program(Profile.SYSCALLS, a).bytes(), number.orElseThrow(), a.audit, arguments);
  }

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void everyNumberGetsTheVerdictOfItsName(Architecture a) {
    for (Profile profile : ALL) {
      byte[] program = profile.seccomp().program(Profile.SYSCALLS, a).bytes();
      Set<Integer> seen = new HashSet<>();
      for (String name : Profile.SYSCALLS.names()) {
        OptionalInt number = Profile.SYSCALLS.number(name, a);
        if (number.isEmpty()) {
          continue;
        }
        assertTrue(seen.add(number.getAsInt()), name + " has the number of another");
        int expected = Seccomp.EPERM;
        if (profile.seccomp().allow().contains(name)) {
          expected = Seccomp.ALLOW;
        } else if (profile.seccomp().kill().contains(name)) {
          expected = Seccomp.KILL;
        }
        if (!BY_ARGUMENT.contains(name)) {
          assertEquals(
              expected, BpfMachine.run(program, number.getAsInt(), a.audit), profile + " " + name);
        }
      }
      for (int n = 0; n < 2000; n++) {
        if (!seen.contains(n)) {
          assertEquals(Seccomp.ENOSYS, BpfMachine.run(program, n, a.audit), "number " + n);
        }
      }
    }
  }

  @Test
  void anotherArchitectureIsDeadly() {
    byte[] program =
        Profile.runtime().seccomp().program(Profile.SYSCALLS, Architecture.X86_64).bytes();
    int i386 = 0x40000003;
    assertEquals(Seccomp.KILL, BpfMachine.run(program, 1, i386));
    assertEquals(Seccomp.KILL, BpfMachine.run(program, 1, Architecture.AARCH64.audit));
  }

  @Test
  void x32IsDeadly() {
    byte[] program =
        Profile.runtime().seccomp().program(Profile.SYSCALLS, Architecture.X86_64).bytes();
    assertEquals(Seccomp.KILL, BpfMachine.run(program, 0x40000000 | 1, Architecture.X86_64.audit));
    assertEquals(Seccomp.KILL, BpfMachine.run(program, -1, Architecture.X86_64.audit));
  }

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void onlyTheKeeperMakesNamespaces(Architecture a) {
    for (Profile p : List.of(Profile.runtime(), Profile.service(), Profile.server())) {
      for (int bit :
          new int[] {
            0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
          }) {
        assertEquals(Seccomp.EPERM, verdict(p, a, "clone", bit | 17), p.name() + " " + bit);
      }
      assertEquals(Seccomp.ALLOW, verdict(p, a, "clone", 0x3d0f00), "a thread");
      assertEquals(Seccomp.ALLOW, verdict(p, a, "clone", 17), "a process");
      assertEquals(Seccomp.ENOSYS, verdict(p, a, "clone3"), "flags out of sight");
    }
    assertEquals(Seccomp.ALLOW, verdict(Profile.keeper(), a, "clone", 0x10000000));
  }

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void socketsOfTheNamedFamiliesOnly(Architecture a) {
    for (String call : List.of("socket", "socketpair")) {
      for (int family = 0; family < 64; family++) {
        int runtime = verdict(Profile.runtime(), a, call, family);
        assertEquals(family == 1 ? Seccomp.ALLOW : Seccomp.EAFNOSUPPORT, runtime, "" + family);
        boolean server = Set.of(1, 2, 10, 16).contains(family);
        assertEquals(
            server ? Seccomp.ALLOW : Seccomp.EAFNOSUPPORT,
            verdict(Profile.server(), a, call, family));
      }
      // The kernel takes the family as an int: the upper half must not hide another.
      assertEquals(Seccomp.EAFNOSUPPORT, verdict(Profile.runtime(), a, call, 0x1_0000_0002L));
    }
  }

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void noWordsIntoATerminalAndNoFixedAddresses(Architecture a) {
    assertEquals(Seccomp.EPERM, verdict(Profile.runtime(), a, "ioctl", 0, 0x5412));
    assertEquals(Seccomp.EPERM, verdict(Profile.runtime(), a, "ioctl", 0, 0xffff_ffff_0000_5412L));
    assertEquals(Seccomp.ALLOW, verdict(Profile.runtime(), a, "ioctl", 0, 0x5401));
    assertEquals(Seccomp.EPERM, verdict(Profile.runtime(), a, "personality", 0x40000));
    assertEquals(Seccomp.ALLOW, verdict(Profile.runtime(), a, "personality", 0xffffffffL));
  }
}
