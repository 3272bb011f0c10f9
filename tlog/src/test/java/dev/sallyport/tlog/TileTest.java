package dev.sallyport.tlog;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TileTest {
  @Test
  void namesTilesAsTheSpecificationDoes() {
    assertEquals("tile/0/x001/x234/067", TilePath.full(0, 1_234_067).path());
    assertEquals("tile/entries/000.p/1", TilePath.entries(0, 1).path());
    assertEquals("tile/63/999.p/255", new TilePath(63, 999, 255).path());
    assertEquals("tile/2/x001/000", TilePath.full(2, 1000).path());
  }

  @Test
  void countsTilesAsTheSpecificationDoes() {
    // The example of tlog-tiles: 70,000 entries.
    assertEquals(273, TilePath.countAt(0, 70_000) / TilePath.FULL);
    assertEquals(112, TilePath.partialWidth(0, 70_000));
    assertEquals(17, TilePath.partialWidth(1, 70_000));
    assertEquals(1, TilePath.partialWidth(2, 70_000));
    assertEquals(0, TilePath.partialWidth(0, 256));
    assertEquals(1, TilePath.partialWidth(1, 256));
    assertEquals(0, TilePath.countAt(63, Long.MAX_VALUE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tile/0/000",
        "tile/entries/x001/x234/067.p/8",
        "tile/63/x001/000.p/255",
        "tile/10/123"
      })
  void readsThePathItWrites(String path) throws Exception {
    assertEquals(path, TilePath.parse(path).path());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "tile/0",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/0",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001/x002",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/../000",
        "/tile/0/000",
        "tile/0/000\n",
        "tile/data/000"
      })
  void refusesAnyOtherPath(String path) {
    assertThrows(BadInput.class, () -> TilePath.parse(path));
  }

  @Test
  void readsOnlyHashTilesOfTheirWidth() throws Exception {
    List<Digest> hashes = List.of(Digest.of("a"), Digest.of("b"));
    byte[] bytes = HashTile.bytes(hashes);
    assertEquals(hashes, HashTile.parse(bytes, 2));
    assertThrows(BadInput.class, () -> HashTile.parse(bytes, 1));
    assertThrows(BadInput.class, () -> HashTile.parse(Arrays.copyOf(bytes, 63), 2));
  }

  @Test
  void readsOnlyWholeBundlesOfTheirWidth() throws Exception {
    List<byte[]> entries = List.of(new byte[0], new byte[] {7}, new byte[EntryBundle.MAX_ENTRY]);
    byte[] bytes = EntryBundle.bytes(entries);
    List<byte[]> read = EntryBundle.parse(bytes, 3);
    for (int i = 0; i < 3; i++) {
      assertArrayEquals(entries.get(i), read.get(i));
    }
    assertThrows(BadInput.class, () -> EntryBundle.parse(bytes, 2));
    assertThrows(BadInput.class, () -> EntryBundle.parse(bytes, 4));
    for (int cut : new int[] {1, 3, 4, bytes.length - 1}) {
      assertThrows(BadInput.class, () -> EntryBundle.parse(Arrays.copyOf(bytes, cut), 3));
    }
  }
}
