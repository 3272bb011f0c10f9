package dev.sallyport.fuse;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;

/**
 * A program that says what a file system does: one line for each thing tried, through the C
 * library, with what it answered or {@code -errno}. Run in a process of its own on two file systems
 * with the same files, {@link LikeExt4Test} compares the lines. Uses nothing but the JDK.
 */
final class Probe implements AutoCloseable {
  private static final int SEGMENT = 1_048_544;
  private static final int RDWR = 2;
  private static final int CREAT = 0100;
  private static final int TRUNC = 01000;
  private static final int DIRECT = 040000;
  private static final int DIRECTORY = 0200000;
  private static final int NOFOLLOW = 0400000;
  private static final int NOATIME = 01000000;
  private static final int SHARED = 1;
  private static final int PRIVATE = 2;
  private static final int ROOM = 4 << 20;

  private final Arena arena = Arena.ofConfined();
  private final Linker linker = Linker.nativeLinker();
  private final MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
  private final MemorySegment room = arena.allocate(ROOM, 4096);
  private final Path root;
  private final String file;
  private final Path outside;

  private Probe(Path root, Path outside) {
    this.root = root;
    this.file = root.resolve("model.bin").toString();
    this.outside = outside;
  }

  /** Arguments: the directory to look at, and a directory elsewhere that may be written. */
  public static void main(String[] args) throws Exception {
    try (Probe probe = new Probe(Path.of(args[0]), Path.of(args[1]))) {
      probe.reads(0, "");
      probe.directReads();
      probe.maps();
      probe.moves();
      probe.reads(0, "again ");
      probe.seeks();
      probe.attributes();
      probe.lists();
      probe.names();
      probe.writes();
      probe.rest();
      concurrent(args[0], args[1]);
    }
  }

  private static void say(String what, Object answer) {
    System.out.println(what + ": " + answer);
  }

  private void reads(int flags, String how) {
    long fd = call("open", file, flags);
    long size = call("lseek", (int) fd, 0L, 2);
    say(how + "size", size);
    long[] offsets = {
      0,
      1,
      511,
      4095,
      4096,
      4097,
      SEGMENT - 1,
      SEGMENT,
      SEGMENT + 1,
      1 << 20,
      (1 << 20) + 7,
      3L * SEGMENT - 5,
      size - 4097,
      size - 4096,
      size - 1,
      size,
      size + 1,
      size + 5_000_000,
    };
    for (long offset : offsets) {
      for (long length : new long[] {0, 1, 100, 4096, 70_000, 1 << 20, 3 << 20}) {
        say(how + "pread " + length + " at " + offset, data(pread(fd, length, offset)));
      }
    }
    say(how + "pread before the beginning", pread(fd, 10, -1));
    say(how + "whole by read", whole((int) fd));
    say(how + "close", call("close", (int) fd));
  }

  private long pread(long fd, long length, long offset) {
    return call("pread", (int) fd, room, length, offset);
  }

  private String data(long count) {
    return count <= 0 ? "" + count : count + " " + crc(room, count);
  }

  private String whole(int fd) {
    CRC32 crc = new CRC32();
    long all = 0;
    call("lseek", fd, 0L, 0);
    for (long n = call("read", fd, room, 99_999L); n > 0; n = call("read", fd, room, 99_999L)) {
      crc.update(room.asSlice(0, n).asByteBuffer());
      all += n;
    }
    return all + " " + crc.getValue();
  }

  private static long crc(MemorySegment memory, long length) {
    CRC32 crc = new CRC32();
    crc.update(memory.asSlice(0, length).asByteBuffer());
    return crc.getValue();
  }

  private void directReads() {
    long fd = call("open", file, DIRECT);
    say("open O_DIRECT", fd >= 0);
    long size = call("lseek", (int) fd, 0L, 2);
    long last = size / 4096 * 4096;
    for (long offset : new long[] {0, 4096, 1 << 20, last, last + 4096}) {
      say("O_DIRECT 64 KiB at " + offset, data(pread(fd, 65536, offset)));
    }
    say("O_DIRECT at an odd offset", data(pread(fd, 4096, 1)));
    say("O_DIRECT of an odd length", data(pread(fd, 100, 0)));
    MemorySegment odd = room.asSlice(1);
    say("O_DIRECT to an odd address", call("pread", (int) fd, odd, 4096L, 0L));
    call("close", (int) fd);
  }

  private void maps() {
    int fd = (int) call("open", file, 0);
    long size = call("lseek", fd, 0L, 2);
    for (int kind : new int[] {SHARED, PRIVATE}) {
      MemorySegment at = map(size, 1, kind, fd);
      say("mmap " + kind, crc(at, size));
      long pages = Math.ceilDiv(size, 4096) * 4096;
      say("behind the end of the map", crc(at.reinterpret(pages).asSlice(size), pages - size));
      say("madvise WILLNEED", call("madvise", at, size, 3));
      say("mprotect WRITE", call("mprotect", at, size, 3));
      say("munmap", call("munmap", at, size));
    }
    say("mmap shared for writing", mapping(4096, 3, SHARED, fd));
    say("mmap for executing", mapping(4096, 5, PRIVATE, fd));
    MemorySegment own = map(size, 3, PRIVATE, fd);
    own.set(ValueLayout.JAVA_BYTE, 5000, (byte) ~own.get(ValueLayout.JAVA_BYTE, 5000));
    say("a private change", crc(own, size));
    call("munmap", own, size);
    say("is not in the file", data(pread(fd, 8192, 0)));
    call("close", fd);
  }

  private long mapping(long length, int protection, int kind, int fd) {
    return call("mmap", MemorySegment.NULL, length, protection, kind, fd, 0L) < 0 ? -errno() : 0;
  }

  // Giving a size to a raw address is restricted; it is the one that was mapped.
  @SuppressWarnings("restricted")
  private MemorySegment map(long length, int protection, int kind, int fd) {
    long at = call("mmap", MemorySegment.NULL, length, protection, kind, fd, 0L);
    return MemorySegment.ofAddress(at).reinterpret(Math.ceilDiv(length, 4096) * 4096);
  }

  private void moves() {
    String copy = outside.resolve("copy").toString();
    for (String how : List.of("sendfile", "copy_file_range", "splice")) {
      int in = (int) call("open", file, 0);
      int out = (int) call("open", copy, RDWR | CREAT | TRUNC, 0600);
      long all = 0;
      long n = move(how, in, out);
      for (; n > 0; n = move(how, in, out)) {
        all += n;
      }
      say(how, n + " after " + all + ", " + whole(out));
      call("close", in);
      call("close", out);
    }
    call("unlink", copy);
  }

  private long move(String how, int in, int out) {
    MemorySegment none = MemorySegment.NULL;
    return switch (how) {
      case "sendfile" -> call(how, out, in, none, 3_000_000L);
      case "copy_file_range" -> call(how, in, none, out, none, 3_000_000L, 0);
      default -> spliced(in, out);
    };
  }

  private long spliced(int in, int out) {
    MemorySegment pipe = arena.allocate(8, 4);
    MemorySegment none = MemorySegment.NULL;
    call("pipe", pipe);
    int from = pipe.get(ValueLayout.JAVA_INT, 0);
    int to = pipe.get(ValueLayout.JAVA_INT, 4);
    long n = call("splice", in, none, to, none, 50_000L, 0);
    long done = n <= 0 ? n : call("splice", from, none, out, none, n, 0);
    call("close", from);
    call("close", to);
    return done;
  }

  private void seeks() {
    int fd = (int) call("open", file, 0);
    long size = call("lseek", fd, 0L, 2);
    for (int whence : new int[] {0, 1, 2, 3, 4, 9}) {
      for (long offset : new long[] {0, 5, -1, size - 1, size, size + 1}) {
        call("lseek", fd, 100L, 0);
        say("lseek " + offset + " from " + whence, call("lseek", fd, offset, whence));
      }
    }
    call("close", fd);
  }

  private void attributes() {
    for (String name : List.of("", "model.bin", "empty", "sub", "sub/small.json", "sub/deep")) {
      Map<String, Object> stat = stat(root.resolve(name).toString());
      stat.remove("atime");
      stat.forEach((what, value) -> say("stat \"" + name + "\" " + what, value));
    }
    Object before = stat(file).get("atime");
    reads(0, "once more ");
    say("atime stays", before.equals(stat(file).get("atime")));
    for (int mode : new int[] {0, 1, 2, 4}) {
      say("access of a file " + mode, call("access", file, mode));
      say("access of a directory " + mode, call("access", root + "/sub", mode));
    }
    MemorySegment f = arena.allocate(256, 8);
    say("statvfs", call("statvfs", file, f));
    say("statvfs block size", f.get(ValueLayout.JAVA_LONG, 0));
    say("statvfs free blocks", f.get(ValueLayout.JAVA_LONG, 24));
    say("statvfs flags", f.get(ValueLayout.JAVA_LONG, 80));
    say("statvfs longest name", f.get(ValueLayout.JAVA_LONG, 88));
  }

  /** {@code struct stat} of x86-64; of other machines only the size is told. */
  private Map<String, Object> stat(String path) {
    MemorySegment s = arena.allocate(256, 8);
    Map<String, Object> told = new TreeMap<>();
    told.put("result", call("stat", path, s));
    told.put("size", s.get(ValueLayout.JAVA_LONG, 48));
    if (System.getProperty("os.arch", "").equals("amd64")) {
      told.put("links", s.get(ValueLayout.JAVA_LONG, 16));
      told.put("mode", Integer.toOctalString(s.get(ValueLayout.JAVA_INT, 24)));
      told.put("uid", s.get(ValueLayout.JAVA_INT, 28));
      told.put("gid", s.get(ValueLayout.JAVA_INT, 32));
      told.put("block size", s.get(ValueLayout.JAVA_LONG, 56));
      told.put("blocks", s.get(ValueLayout.JAVA_LONG, 64));
      told.put("atime", s.get(ValueLayout.JAVA_LONG, 72));
    }
    return told;
  }

  private void lists() {
    for (String name : List.of("", "sub", "sub/deep", "many")) {
      say("readdir \"" + name + "\"", entries(root.resolve(name).toString()));
    }
    say("opendir of a file", opened(file) == 0 ? -errno() : 0);
  }

  private long opened(String path) {
    return call("opendir", path);
  }

  /** Names, kinds and whether the inode is the one that stat shows; read twice. */
  // Giving a size to a raw address is restricted; a dirent is at most this long.
  @SuppressWarnings("restricted")
  private String entries(String path) {
    MemorySegment dir = MemorySegment.ofAddress(opened(path));
    List<String> twice = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Map<String, String> told = new TreeMap<>();
      for (long e = call("readdir", dir); e != 0; e = call("readdir", dir)) {
        MemorySegment entry = MemorySegment.ofAddress(e).reinterpret(280);
        String name = entry.getString(19);
        MemorySegment s = arena.allocate(256, 8);
        call("stat", path + "/" + name, s);
        boolean same = s.get(ValueLayout.JAVA_LONG, 8) == entry.get(ValueLayout.JAVA_LONG, 0);
        told.put(name, entry.get(ValueLayout.JAVA_BYTE, 18) + (same ? "" : " of another inode"));
      }
      twice.add(told.toString());
      call("rewinddir", dir);
    }
    call("closedir", dir);
    return twice.getFirst() + ", again the same: " + twice.getFirst().equals(twice.getLast());
  }

  private void names() {
    for (String name :
        List.of("none", "model.bin/x", "sub/none", "x".repeat(255), "x".repeat(256), "MODEL.BIN")) {
      String shown = name.length() > 20 ? name.length() + " letters" : name;
      say("open " + shown, call("open", root.resolve(name).toString(), 0));
    }
    int dir = (int) call("open", root.toString(), DIRECTORY);
    say("open as a directory", dir >= 0);
    say("open a file as a directory", call("open", file, DIRECTORY));
    say("read of a directory", call("read", dir, room, 100L));
    say("open a directory to write", call("open", root + "/sub", 1));
    say("open not following", call("open", file, NOFOLLOW) >= 0);
    say("open without atime", call("open", file, NOATIME) >= 0);
    say("readlink", call("readlink", file, room, 100L));
    say("realpath", call("realpath", root + "/sub/../model.bin", room) != 0);
    call("close", dir);
  }

  private void writes() {
    String made = root + "/made";
    String sub = root + "/sub";
    say("open O_WRONLY", call("open", file, 1));
    say("open O_RDWR", call("open", file, RDWR));
    say("open O_TRUNC", call("open", file, 1 | TRUNC));
    say("create", call("open", made, 1 | CREAT, 0600));
    say("open O_CREAT of what is there", call("open", file, CREAT, 0600) >= 0);
    say("mkdir", call("mkdir", made, 0700));
    say("mkdir of what is there", call("mkdir", sub, 0700));
    say("mknod", call("mknod", made, 0100600, 0L));
    say("symlink", call("symlink", "x", made));
    say("link", call("link", file, made));
    say("unlink", call("unlink", file));
    say("unlink of nothing", call("unlink", made));
    say("unlink of a directory", call("unlink", sub));
    say("rmdir", call("rmdir", sub));
    say("rmdir of a file", call("rmdir", file));
    say("rename", call("rename", file, made));
    say("rename to elsewhere", call("rename", file, outside.resolve("x").toString()));
    say("truncate", call("truncate", file, 5L));
    say("chmod", call("chmod", file, 0600));
    say("chown", call("chown", file, 1, 1));
    say("utimes", call("utimes", file, MemorySegment.NULL));
    say("setxattr", call("setxattr", file, "user.x", "x", 1L, 0));
    say("removexattr", call("removexattr", file, "user.x"));
    int fd = (int) call("open", file, 0);
    say("write", call("write", fd, room, 10L));
    say("ftruncate", call("ftruncate", fd, 5L));
    say("fallocate", call("fallocate", fd, 0, 0L, 10L));
    say("fchmod", call("fchmod", fd, 0600));
    say("futimens", call("futimens", fd, MemorySegment.NULL));
    say("fsync", call("fsync", fd));
    say("fdatasync", call("fdatasync", fd));
    call("close", fd);
  }

  private void rest() {
    int fd = (int) call("open", file, 0);
    int other = (int) call("open", file, 0);
    say("getxattr", call("getxattr", file, "user.x", room, 100L));
    say("getxattr of the system", call("getxattr", file, "security.selinux", room, 100L));
    say("listxattr", call("listxattr", file, room, 100L));
    say("listxattr, how long", call("listxattr", file, MemorySegment.NULL, 0L));
    say("flock shared", call("flock", fd, 1 | 4));
    say("flock, another shared", call("flock", other, 1 | 4));
    say("flock, another alone", call("flock", other, 2 | 4));
    for (int advice = 0; advice < 6; advice++) {
      say("fadvise " + advice, call("posix_fadvise", fd, 0L, 100_000L, advice));
    }
    say("readahead", call("readahead", fd, 0L, 100_000L));
    say("ioctl that no file knows", call("ioctl", fd, 0x7fffL, room));
    say("ioctl FS_IOC_GETFLAGS", call("ioctl", fd, 0x80086601L, room));
    say("ioctl FIONREAD", call("ioctl", fd, 0x541bL, room));
    call("close", fd);
    call("close", other);
  }

  /** Readers at random, all of them through descriptors of their own, half of them by a map. */
  private static void concurrent(String root, String outside) throws InterruptedException {
    AtomicInteger wrong = new AtomicInteger();
    AtomicInteger ended = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      int seed = i;
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                try (Probe own = new Probe(Path.of(root), Path.of(outside))) {
                  wrong.addAndGet(own.wrongReads(new Random(seed), seed % 2 == 0));
                  ended.incrementAndGet();
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    say("concurrent readers", ended + " ended, wrong reads: " + wrong);
  }

  private int wrongReads(Random random, boolean mapped) {
    int fd = (int) call("open", file, 0);
    int size = (int) call("lseek", fd, 0L, 2);
    MemorySegment map = map(size, 1, SHARED, fd);
    int wrong = 0;
    for (int i = 0; i < 200; i++) {
      int at = random.nextInt(size);
      int length = Math.min(size - at, 1 + random.nextInt(1 << random.nextInt(22)));
      long n = mapped ? length : pread(fd, length, at);
      long here = mapped ? crc(map.asSlice(at, length), length) : crc(room, length);
      long there = mapped ? pread(fd, length, at) : length;
      long other = mapped ? crc(room, length) : crc(map.asSlice(at, length), length);
      wrong += n == length && there == length && here == other ? 0 : 1;
    }
    call("munmap", map, (long) size);
    call("close", fd);
    return wrong;
  }

  private int errno() {
    return state.get(ValueLayout.JAVA_INT, 0);
  }

  /** A function of the C library; what it answers, or {@code -errno} if that is -1. */
  // Linking native code is restricted: the test grants it with --enable-native-access.
  @SuppressWarnings("restricted")
  private long call(String name, Object... arguments) {
    boolean wide = List.of("lseek", "mmap", "opendir", "readdir", "realpath").contains(name);
    wide |= name.contains("read") || name.contains("write") || name.endsWith("xattr");
    wide |= List.of("sendfile", "splice", "copy_file_range", "readlink").contains(name);
    wide &= !List.of("setxattr", "removexattr").contains(name);
    MemoryLayout result = wide ? ValueLayout.JAVA_LONG : ValueLayout.JAVA_INT;
    List<Object> values = new ArrayList<>(List.of(state));
    List<MemoryLayout> layouts = new ArrayList<>();
    for (Object argument : arguments) {
      layouts.add(
          switch (argument) {
            case Integer i -> ValueLayout.JAVA_INT;
            case Long l -> ValueLayout.JAVA_LONG;
            default -> ValueLayout.ADDRESS;
          });
      values.add(argument instanceof String text ? arena.allocateFrom(text) : argument);
    }
    List<Linker.Option> options = new ArrayList<>();
    options.add(Linker.Option.captureCallState("errno"));
    if (List.of("open", "ioctl").contains(name) && arguments.length > 2) {
      options.add(Linker.Option.firstVariadicArg(2));
    }
    try {
      var handle =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow(name),
              FunctionDescriptor.of(result, layouts.toArray(new MemoryLayout[0])),
              options.toArray(new Linker.Option[0]));
      long answer = ((Number) handle.invokeWithArguments(values)).longValue();
      return answer == -1 ? -errno() : answer;
    } catch (Throwable e) {
      throw new IllegalStateException(
          String.format(Locale.ROOT, "%s %s", name, HexFormat.of().toHexDigits(arguments.length)),
          e);
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
