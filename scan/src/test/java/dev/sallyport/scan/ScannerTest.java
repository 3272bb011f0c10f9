package dev.sallyport.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each scanner against files that are made here, good and hostile ones. */
class ScannerTest {
  private static final long SEED = Long.getLong("seed", System.nanoTime());

  @TempDir Path dir;

  private List<Finding> scan(String name, byte[] content) throws IOException {
    return Scanner.scan(name, Files.write(dir.resolve("file"), content));
  }

  private void assertFinds(Rule rule, String name, byte[] content) throws IOException {
    List<Finding> found = scan(name, content);
    assertTrue(found.stream().anyMatch(f -> f.rule() == rule), rule + " in " + found);
  }

  private void assertClean(String name, byte[] content) throws IOException {
    assertEquals(List.of(), scan(name, content));
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] safetensors(String header, int data) {
    byte[] json = text(header);
    return ByteBuffer.allocate(8 + json.length + data)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .array();
  }

  private static String tensor(String name, String type, String shape, int from, int to) {
    return String.format(
        "\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%d,%d]}",
        name, type, shape, from, to);
  }

  @Test
  void safetensorsWhoseTensorsFillTheFileAreClean() throws Exception {
    String header =
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + tensor("a", "F32", "2,3", 0, 24)
            + ","
            + tensor("b", "BF16", "4", 24, 32)
            + "}";
    assertClean("m.safetensors", safetensors(header, 32));
  }

  @Test
  void safetensorsThatLieAreFound() throws Exception {
    String a = tensor("a", "F32", "2", 0, 8);
    String overlap = "{" + a + "," + tensor("b", "F32", "2", 4, 12) + "}";
    String hole = "{" + a + "," + tensor("b", "F32", "2", 9, 17) + "}";
    assertFinds(Rule.SAFETENSORS_LAYOUT, "m.safetensors", safetensors(overlap, 12));
    assertFinds(Rule.SAFETENSORS_LAYOUT, "m.safetensors", safetensors(hole, 17));
    assertFinds(Rule.SAFETENSORS_LAYOUT, "m.safetensors", safetensors("{" + a + "}", 9));
    assertFinds(Rule.SAFETENSORS_LAYOUT, "m.safetensors", safetensors("{" + a + "}", 7));
    String shape = "{" + tensor("a", "F32", "3", 0, 8) + "}";
    assertFinds(Rule.SAFETENSORS_TENSOR, "m.safetensors", safetensors(shape, 8));
    String huge = "{" + tensor("a", "F32", "4294967296,4294967296", 0, 8) + "}";
    assertFinds(Rule.SAFETENSORS_TENSOR, "m.safetensors", safetensors(huge, 8));
    String type = "{" + tensor("a", "OBJECT", "2", 0, 8) + "}";
    assertFinds(Rule.SAFETENSORS_TENSOR, "m.safetensors", safetensors(type, 8));
    String twice = "{" + a + "," + a + "}";
    assertFinds(Rule.SAFETENSORS_HEADER, "m.safetensors", safetensors(twice, 8));
    assertFinds(Rule.CONTENT_MISMATCH, "m.safetensors", text("no tensors at all"));
  }

  @Test
  void aHeaderOfHundredsOfMegabytesIsNotRead() throws Exception {
    Path file = dir.resolve("big");
    try (var out = new java.io.RandomAccessFile(file.toFile(), "rw")) {
      out.write(
          ByteBuffer.allocate(9)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putLong(1L << 30)
              .put((byte) '{')
              .array());
      out.setLength(2L << 30);
    }
    List<Finding> found = Scanner.scan("m.safetensors", file);
    assertEquals(Rule.SAFETENSORS_HEADER, found.getFirst().rule());
  }

  /** A GGUF file of one F32 tensor. */
  private static byte[] gguf(int version, String key, String value, long elements, long offset) {
    ByteBuffer b = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    b.put(text("GGUF")).putInt(version).putLong(1).putLong(1);
    b.putLong(key.length()).put(text(key)).putInt(8).putLong(value.length()).put(text(value));
    b.putLong(1).put(text("t")).putInt(1).putLong(elements).putInt(0).putLong(offset);
    int data = (b.position() + 31) / 32 * 32;
    return Arrays.copyOf(b.array(), data + 64);
  }

  @Test
  void ggufWhoseTensorsLieInTheFileIsClean() throws Exception {
    assertClean("m.gguf", gguf(3, "general.name", "tiny", 16, 0));
    Path real = Path.of("../testdata/models/tiny-stories.gguf");
    assertEquals(List.of(), Scanner.scan("tiny-stories.gguf", real));
  }

  @Test
  void ggufThatLiesIsFound() throws Exception {
    assertFinds(Rule.GGUF_HEADER, "m.gguf", gguf(9, "k", "v", 16, 0));
    assertFinds(Rule.GGUF_TENSOR, "m.gguf", gguf(3, "k", "v", 17, 0));
    assertFinds(Rule.GGUF_TENSOR, "m.gguf", gguf(3, "k", "v", 1, 31));
    assertFinds(Rule.GGUF_TENSOR, "m.gguf", gguf(3, "k", "v", 1L << 62, 0));
    assertFinds(Rule.GGUF_TENSOR, "m.gguf", gguf(3, "k", "v", 1, -32));
    byte[] good = gguf(3, "k", "v", 16, 0);
    assertFinds(Rule.GGUF_HEADER, "m.gguf", Arrays.copyOf(good, 40));
    byte[] endless = good.clone();
    Arrays.fill(endless, 8, 16, (byte) 0x7f);
    assertFinds(Rule.GGUF_HEADER, "m.gguf", endless);
  }

  @Test
  void aTemplateThatReachesOutIsFoundWhereverItIs() throws Exception {
    String reach = "{{ ''.__class__.__mro__[1].__subclasses__() }}";
    String hidden = "{{ ''['\\x5f\\x5fclass\\x5f\\x5f'] }}";
    String fair =
        "{% set ns = namespace(x=1) %}{% for m in messages %}{{ m['role'] + m.content | trim }}"
            + "{% endfor %}{{ raise_exception('x') if ns.x }}";
    assertFinds(Rule.TEMPLATE, "m.gguf", gguf(3, "tokenizer.chat_template", reach, 16, 0));
    assertClean("m.gguf", gguf(3, "tokenizer.chat_template", fair, 16, 0));
    assertFinds(Rule.TEMPLATE, "chat_template.jinja", text(hidden));
    assertFinds(Rule.TEMPLATE, "chat_template.jinja", text("{{ x|attr('y') }}"));
    assertFinds(
        Rule.TEMPLATE, "tokenizer_config.json", text("{\"chat_template\": \"" + reach + "\"}"));
    assertFinds(
        Rule.TEMPLATE,
        "tokenizer_config.json",
        text("{\"chat_template\": [{\"name\": \"tool\", \"template\": \"" + reach + "\"}]}"));
    assertClean("chat_template.jinja", text(fair));
    assertFinds(
        Rule.REMOTE_CODE, "config.json", text("{\"auto_map\": {\"AutoModel\": \"m.Model\"}}"));
    assertClean("config.json", text("{\"hidden_size\": 8}"));
  }

  @Test
  void picklesThatRebuildTensorsAreClean() throws Exception {
    assertClean("a.pkl", text("\u0080\u0002}q\u0000."));
    assertClean("a.pkl", text("\u0080\u0002ccollections\nOrderedDict\nq\u0000)Rq\u0001."));
    assertClean(
        "a.pkl",
        text(
            "\u0080\u0004\u0095%\u0000\u0000\u0000\u0000\u0000\u0000\u0000"
                + "\u008c\u000bcollections\u0094\u008c\u000bOrderedDict\u0094\u0093)R."));
  }

  @Test
  void everyWayOfAPickleToImportIsFound() throws Exception {
    String[] ways = {
      "cos\nsystem\n(S'x'\ntR.",
      "(S'x'\nios\nsystem\n.",
      "\u0080\u0002cos\nsystem\nX\u0001\u0000\u0000\u0000x\u0085R.",
      "\u0080\u0002(cos\nsystem\nX\u0001\u0000\u0000\u0000xo.",
      "\u0080\u0002cos\nsystem\nX\u0001\u0000\u0000\u0000x\u0085\u0081.",
      "\u0080\u0004\u008c\u0002os\u008c\u0006system\u0093\u008c\u0001x\u0085R.",
      // Names from the memo, in another order than they were written.
      "\u0080\u0004\u008c\u0006system\u0094\u008c\u0002os\u0094h\u0001h\u0000\u0093).",
      // A harmless import first, and a break before the end.
      "\u0080\u0002ccollections\nOrderedDict\n)Rcos\nsystem\n(S'x'\ntR\u00ff",
      // A second pickle behind the first.
      "\u0080\u0002}.\u0080\u0002cos\nsystem\n)R."
    };
    for (String way : ways) {
      assertFinds(Rule.PICKLE_DANGEROUS_IMPORT, "a.pkl", text(way));
      assertFinds(Rule.PICKLE_DANGEROUS_IMPORT, "pytorch_model.bin", text(way));
    }
    assertFinds(Rule.PICKLE_DANGEROUS_IMPORT, "a.pkl", text("cbuiltins\ngetattr\n."));
    assertFinds(Rule.PICKLE_DANGEROUS_IMPORT, "a.pkl", text("cos.path\njoin\n."));
    assertFinds(Rule.PICKLE_UNKNOWN_IMPORT, "a.pkl", text("csklearn.svm\nSVC\n."));
    assertFinds(Rule.PICKLE_UNKNOWN_IMPORT, "a.pkl", text("ccollections\nOrderedDict.__init__\n."));
    assertFinds(Rule.PICKLE_HIDDEN_IMPORT, "a.pkl", text("\u0080\u0004NN\u0093."));
    assertFinds(Rule.PICKLE_HIDDEN_IMPORT, "a.pkl", text("\u0080\u0002\u0082\u0001."));
    assertFinds(Rule.PICKLE_BROKEN, "a.pkl", text("\u0080\u0002}q"));
  }

  /** Overwriting the memo must not make us read other names than Python does. */
  @Test
  void theMemoIsKeptAsPythonKeepsIt() throws Exception {
    // "os" is memoized at 0, then 0 is overwritten; MEMOIZE goes on at 1, for one thing is stored.
    String overwritten =
        "\u0080\u0004\u008c\u000bcollectionsq\u0000\u008c\u0002osq\u0000"
            + "\u008c\u0006system\u0094h\u0000h\u0001\u0093).";
    assertFinds(Rule.PICKLE_DANGEROUS_IMPORT, "a.pkl", text(overwritten));
  }

  /** Its length reads as a string of a pickle, behind which the pickle goes on. */
  @Test
  void aPickleThatBeginsAsAnotherFormatIsFound() throws Exception {
    String header = "{" + tensor("a", "U8", "200", 0, 200) + "}";
    byte[] filled = safetensors(header + " ".repeat(0x158 - header.length()), 200);
    assertEquals('X', filled[0]);
    assertClean("m.safetensors", filled);
    byte[] hidden = text("cos\nsystem\n(S'x'\ntR.");
    // The length 0x58 + 256 n is X and n; n bytes later the pickle goes on.
    int n = 0x200;
    byte[] long1 = safetensors(header + " ".repeat(0x58 + 256 * n - header.length()), 200);
    byte[] large = Arrays.copyOf(long1, long1.length);
    System.arraycopy(hidden, 0, large, 5 + n, hidden.length);
    assertFinds(Rule.PICKLE_DANGEROUS_IMPORT, "pytorch_model.bin", large);
    assertFinds(Rule.CONTENT_MISMATCH, "pytorch_model.bin", filled);
  }

  private static byte[] zip(String name, byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry(name));
      zip.write(content);
      zip.closeEntry();
    }
    return bytes.toByteArray();
  }

  @Test
  void aPickleInsideAnArchiveIsFound() throws Exception {
    byte[] bad = text("\u0080\u0002cposix\nsystem\n)R.");
    assertFinds(Rule.PICKLE_DANGEROUS_IMPORT, "model.pt", zip("archive/data.pkl", bad));
    assertFinds(
        Rule.PICKLE_DANGEROUS_IMPORT, "model.pt", zip("a.pt", zip("archive/data.pkl", bad)));
    assertClean("model.pt", zip("archive/data.pkl", text("\u0080\u0002}.")));
    assertClean("model.pt", zip("archive/data/0", new byte[] {9, 8, 7, 1, 0}));
    String inside = scan("model.pt", zip("archive/data.pkl", bad)).getFirst().file();
    assertEquals("model.pt!archive/data.pkl", inside);
  }

  @Test
  void archivesThatEscapeLieOrGrowAreFound() throws Exception {
    assertFinds(Rule.ARCHIVE_PATH, "a.zip", zip("../../etc/x.txt", text("x")));
    assertFinds(Rule.ARCHIVE_PATH, "a.zip", zip("/etc/x.txt", text("x")));
    assertFinds(Rule.ARCHIVE_PATH, "a.zip", zip("C:x.txt", text("x")));
    assertFinds(Rule.ARCHIVE_BOMB, "a.zip", zip("x.txt", new byte[40 << 20]));
    byte[] other = zip("x.txt", text("hello hello hello hello"));
    other[30] = 'y';
    assertFinds(Rule.ARCHIVE_BROKEN, "a.zip", other);
    byte[] cut = Arrays.copyOf(other, other.length - 8);
    assertFinds(Rule.ARCHIVE_BROKEN, "a.zip", cut);
    assertFinds(Rule.ARCHIVE_PATH, "a.tar", tar("../x", '0'));
    assertFinds(Rule.ARCHIVE_LINK, "a.tar", tar("x", '2'));
    assertClean("a.tar", tar("x.txt", '0'));
    assertFinds(
        Rule.KERAS_LAMBDA, "m.keras", zip("config.json", text("{\"class_name\": \"Lambda\"}")));
  }

  private static byte[] tar(String name, char type) {
    byte[] block = new byte[1536];
    System.arraycopy(text(name), 0, block, 0, name.length());
    System.arraycopy(text("00000000004\0"), 0, block, 124, 12);
    block[156] = (byte) type;
    System.arraycopy(text("ustar\0"), 0, block, 257, 6);
    System.arraycopy(text("text"), 0, block, 512, 4);
    return block;
  }

  /** A field of a protocol buffer that holds bytes. */
  private static byte[] field(int number, byte[] value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(number << 3 | 2);
    assertTrue(value.length < 128);
    out.write(value.length);
    out.writeBytes(value);
    return out.toByteArray();
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static byte[] onnx(String location) {
    byte[] entry = join(field(1, text("location")), field(2, text(location)));
    return field(7, field(5, join(field(8, text("w")), field(13, entry))));
  }

  @Test
  void onnxDataOutsideItsDirectoryIsFound() throws Exception {
    assertClean("m.onnx", onnx("m.data"));
    for (String location : List.of("../../etc/passwd", "/etc/passwd", "a/../../b", "..\\x")) {
      assertFinds(Rule.ONNX_EXTERNAL_PATH, "m.onnx", onnx(location));
    }
    byte[] whole = onnx("m.data");
    assertFinds(Rule.ONNX_EXTERNAL_PATH, "m.onnx", join(field(2, text("all text")), onnx("/x")));
    assertFinds(Rule.ONNX_BROKEN, "m.onnx", Arrays.copyOf(whole, whole.length - 1));
  }

  @Test
  void whatIsNotCheckedIsSaid() throws Exception {
    byte[] noise = new byte[5000];
    new Random(1).nextBytes(noise);
    noise[0] = 0;
    assertFinds(Rule.NOT_SCANNED, "weights.bin", noise);
    assertFinds(Rule.NOT_SCANNED, "m.h5", text("\u0089HDF\r\n\u001a\n and more"));
    assertFinds(
        Rule.KERAS_LAMBDA,
        "m.h5",
        text("\u0089HDF\r\n\u001a\n {\"class_name\": \"Lambda\", \"config\""));
    assertFinds(Rule.NOT_SCANNED, "m.tar.gz", text("\u001f\u008b and more"));
    assertFinds(Rule.PYTHON_CODE, "modeling_x.py", text("import os\n"));
    assertFinds(Rule.EXECUTABLE, "run", text("\u007fELF and more"));
    assertFinds(Rule.CONTENT_MISMATCH, "m.gguf", text("\u0080\u0002}."));
    assertFinds(Rule.CONTENT_MISMATCH, "config.json", text("\u007fELF and more"));
    assertClean("README.md", text("# A model\n"));
    assertFalse(scan("m.dat", new byte[] {1, 2, 3}).isEmpty());
  }

  @Test
  void numbersAreNotTakenForAPickleAndAPickleWithoutItsHeadIs() throws Exception {
    System.out.println("seed=" + SEED);
    Random random = new Random(SEED);
    int errors = 0;
    for (int i = 0; i < 500; i++) {
      byte[] noise = new byte[1000];
      random.nextBytes(noise);
      noise[1] |= 0x40;
      errors +=
          scan("weights.bin", noise).stream().anyMatch(f -> f.rule().severity() == Severity.ERROR)
              ? 1
              : 0;
    }
    assertTrue(errors <= 5, errors + " of 500 noises are refused, seed " + SEED);
    assertFinds(Rule.PICKLE_HIDDEN_IMPORT, "weights.bin", text("NN\u0093)R\u00ff"));
    assertFinds(Rule.PICKLE_HIDDEN_IMPORT, "weights.bin", text("\u0082\u0001)R\u00ff"));
  }

  /** Nothing throws, hangs or is silent about content that is damaged at random. */
  @Test
  void damagedFilesAreEitherFoundOrStillGood() throws Exception {
    System.out.println("seed=" + SEED);
    Random random = new Random(SEED);
    List<byte[]> good = new ArrayList<>();
    good.add(safetensors("{" + tensor("a", "F32", "2", 0, 8) + "}", 8));
    good.add(gguf(3, "tokenizer.chat_template", "{{ x }}", 16, 0));
    good.add(zip("archive/data.pkl", text("\u0080\u0002ccollections\nOrderedDict\n)R.")));
    good.add(
        text("\u0080\u0004\u008c\u000bcollections\u0094\u008c\u000bOrderedDict\u0094\u0093)R."));
    good.add(onnx("m.data"));
    good.add(tar("x.txt", '0'));
    List<String> names = List.of("m.safetensors", "m.gguf", "m.pt", "m.pkl", "m.onnx", "m.tar");
    for (int round = 0; round < 600; round++) {
      int which = random.nextInt(good.size());
      byte[] content = good.get(which).clone();
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        content[random.nextInt(content.length)] = (byte) random.nextInt(256);
      }
      byte[] cut =
          random.nextBoolean() ? content : Arrays.copyOf(content, random.nextInt(content.length));
      for (Finding f : scan(names.get(which), cut)) {
        assertTrue(f.text().length() < 1000, "seed " + SEED);
        assertTrue(f.text().chars().allMatch(c -> c >= ' '), "seed " + SEED);
      }
    }
  }

  @Test
  void aDirectoryIsScannedWholeAndLinksAreFound() throws Exception {
    Path model = Files.createDirectories(dir.resolve("model/sub"));
    Files.writeString(model.resolve("a.pkl"), "cos\nsystem\n.");
    Files.writeString(model.resolveSibling("README.md"), "# x");
    Files.createSymbolicLink(model.resolve("link"), Path.of("a.pkl"));
    ScanReport report = ScanReport.of(dir.resolve("model"));
    assertEquals(2, report.files());
    assertEquals(2, report.count(Severity.ERROR));
    assertEquals("sub/a.pkl", report.findings().getLast().file());
    assertEquals(1, report.refusing(java.util.Set.of(Rule.NOT_A_FILE)).size());
  }

  @Test
  void everyRuleHasItsOwnId() throws Exception {
    for (Rule rule : Rule.values()) {
      assertEquals(rule, Rule.parse(rule.id()));
    }
    assertNotEquals(Rule.set(), dev.sallyport.core.Digest.of(""));
  }
}
