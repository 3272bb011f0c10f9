package dev.sallyport.controls;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The controls of one standard at one level. Ids are imported and never counted: nothing assumes
 * that a shipped catalogue is the whole of its standard. Immutable.
 */
public final class Catalogue {
  /** Bytes of a catalogue at most. */
  public static final int LIMIT = 1 << 20;

  private final String standard;
  private final int level;
  private final Optional<String> shows;
  private final Digest digest;
  private final Map<String, Control> controls;

  private Catalogue(Json.Obj json, int level, Map<String, Control> controls) throws BadInput {
    this.standard = Control.id(json.string("standard"));
    this.level = level;
    Optional<String> id = json.findString("shows");
    this.shows = id.isPresent() ? Optional.of(Control.id(id.get())) : id;
    this.digest = json.digest();
    this.controls = Collections.unmodifiableMap(controls);
  }

  /** Reads a catalogue; the error names the control by its place in the list. */
  public static Catalogue read(byte[] bytes) throws BadInput {
    if (bytes.length > LIMIT) {
      throw new BadInput("catalogue of " + bytes.length + " bytes; limit " + LIMIT);
    }
    return read(Json.parseObject(bytes));
  }

  /** As {@link #read(byte[])}, of what was parsed within {@link #LIMIT}. */
  public static Catalogue read(Json.Obj json) throws BadInput {
    json.only("version", "standard", "level", "shows", "controls");
    if (json.integer("version") != 1) {
      throw new BadInput("catalogue version " + json.integer("version") + "; this reads 1");
    }
    long level = json.integer("level");
    if (level < 0 || level > 5) {
      throw new BadInput("level is " + level + "; 0 (none) to 5 are allowed");
    }
    List<Json.Obj> items = json.objects("controls");
    Map<String, Control> controls = new LinkedHashMap<>();
    for (int i = 0; i < items.size(); i++) {
      Control control = item(items.get(i), i);
      if (controls.put(control.id(), control) != null) {
        throw new BadInput("control " + i + ": id \"" + control.id() + "\" is there twice");
      }
    }
    if (controls.isEmpty()) {
      throw new BadInput("a catalogue without a control");
    }
    return new Catalogue(json, (int) level, controls);
  }

  /** The mitigations of the framework, as shipped. */
  public static Catalogue framework() {
    return shipped("framework.json");
  }

  /** Classified protection (GB/T 22239-2019) Level 3, as shipped: paraphrased, not complete. */
  public static Catalogue protectionLevel3() {
    return shipped("mlps-l3.json");
  }

  /** The five stages of classified protection, each a control of its own; as shipped. */
  public static Catalogue protectionStages() {
    return shipped("mlps-stages.json");
  }

  /** What a system is designed to (GB/T 25070-2019) at Level 3, as shipped: headings only. */
  public static Catalogue protectionDesign() {
    return shipped("mlps-design-l3.json");
  }

  /** What the installation's own checks look at and no mitigation of the framework is. */
  public static Catalogue ownChecks() {
    return shipped("own-checks.json");
  }

  public String standard() {
    return standard;
  }

  /** The level of protection; 0 if the standard has none. */
  public int level() {
    return level;
  }

  /**
   * The control that an assessment against this catalogue speaks for. Several catalogues may show
   * one: then an assessment answers all of them.
   */
  public Optional<String> shows() {
    return shows;
  }

  /** Of the canonical JSON: blanks do not matter, everything else does. */
  public Digest digest() {
    return digest;
  }

  public Optional<Control> control(String id) {
    return Optional.ofNullable(controls.get(id));
  }

  /** All of them, in the order of the file. */
  public List<Control> controls() {
    return List.copyOf(controls.values());
  }

  private static Control item(Json.Obj json, int place) throws BadInput {
    try {
      return Control.parse(json);
    } catch (BadInput e) {
      throw new BadInput("control " + place + ": " + e.getMessage(), e);
    }
  }

  private static Catalogue shipped(String name) {
    try (InputStream in = Catalogue.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("internal error: no resource " + name);
      }
      return read(in.readNBytes(LIMIT + 1));
    } catch (IOException | BadInput e) {
      throw new IllegalStateException("internal error: shipped " + name + " does not read", e);
    }
  }
}
