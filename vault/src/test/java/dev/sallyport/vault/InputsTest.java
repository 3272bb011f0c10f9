package dev.sallyport.vault;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.core.BadInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models in the shapes that people have them: each comes back byte for byte, under its names. */
class InputsTest {
  @TempDir Path dir;
  private House house;

  @BeforeEach
  void open() throws Exception {
    house = new House(dir);
  }

  @AfterEach
  void close() {
    house.close();
  }

  @Test
  void safetensorsInPartsWithAnIndexAndATokenizer() throws Exception {
    comesBack(
        "config.json",
        "generation_config.json",
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
        "model.safetensors.index.json",
        "special_tokens_map.json",
        "tokenizer.json",
        "tokenizer.model",
        "tokenizer_config.json");
  }

  @Test
  void aSplitGguf() throws Exception {
    comesBack("q8/m-00001-of-00003.gguf", "q8/m-00002-of-00003.gguf", "q8/m-00003-of-00003.gguf");
  }

  @Test
  void onnxWithExternalDataAndAdapters() throws Exception {
    comesBack("lora/adapter.safetensors", "onnx/model.onnx", "onnx/model.onnx_data", "vocab.txt");
  }

  @Test
  void anEmptyFileAndOneWithoutASuffix() throws Exception {
    Files.createFile(house.source.resolve("empty"));
    comesBack("LICENSE", "empty");
  }

  /** Composed and decomposed, beyond the first plane, from right to left, spaces, a leading dot. */
  @Test
  void namesInAnyUnicode() throws Exception {
    requireUnicode();
    comesBack(
        ".hidden file",
        "Modell-\u00fc.bin",
        "e\u0301t\u00e9/poids.bin",
        "\u05de\u05d5\u05d3\u05dc.bin",
        "\u6a21\u578b/\u6743\u91cd-1.bin",
        "\ud83d\udd11.bin");
  }

  @Test
  void refusesNamesThatDifferInCompositionOnly() throws Exception {
    requireUnicode();
    house.file("caf\u00e9.bin", 10);
    house.file("cafe\u0301.bin", 10);
    refused();
  }

  /** Full case folding: these are one name to file systems that ignore case. */
  @Test
  void refusesNamesThatDifferInCaseOnlyInAnyAlphabet() throws Exception {
    requireUnicode();
    house.file("\u03a9/stra\u00dfe.bin", 10);
    house.file("\u03c9/STRASSE.bin", 10);
    refused();
  }

  private void refused() {
    BadInput e = assertThrows(BadInput.class, () -> Source.scan(house.source));
    assertEquals(
        "differ in case or composition only",
        e.getMessage().substring(e.getMessage().indexOf("differ")));
  }

  private static void requireUnicode() {
    String encoding = System.getProperty("sun.jnu.encoding");
    assumeTrue(
        encoding.equals("UTF-8"),
        "skipped: this Java writes file names in " + encoding + "; set LC_ALL=C.UTF-8");
  }

  private void comesBack(String... names) throws Exception {
    int size = 0;
    for (String name : names) {
      if (Files.notExists(house.source.resolve(name))) {
        house.file(name, size += 333_333);
      }
    }
    SealedModel sealed = house.seal();
    assertEquals(
        List.of(names), sealed.files().stream().map(SealedFile::name).toList(), "in this order");
    Path target = Files.createDirectory(dir.resolve("target"));
    sealed.extractTo(target, house.keys, (_, _) -> {});
    for (String name : names) {
      assertArrayEquals(
          Files.readAllBytes(house.source.resolve(name)),
          Files.readAllBytes(target.resolve(name)),
          name);
    }
  }
}
