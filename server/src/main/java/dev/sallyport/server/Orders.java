package dev.sallyport.server;

import dev.sallyport.audit.AuditFailure;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.core.Refusal;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.TrustRoot;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Carries out signed commands (spec/evidence.md §8): once, fresh, by whom they are allowed. */
final class Orders {
  /** How far {@code at} may be from our clock. */
  static final Duration WINDOW = Duration.ofMinutes(5);

  private final Book book;
  private final Engine engine;
  private final TrustRoot root;
  private final InstantSource clock;

  Orders(Book book, Engine engine, TrustRoot root, InstantSource clock) {
    this.book = book;
    this.engine = engine;
    this.root = root;
    this.clock = clock;
  }

  /** Logs the command, then does it. */
  Json.Obj carryOut(Envelope envelope) throws Refusal, BadInput, AuditFailure {
    Command command = Command.parse(root.verify(envelope), root);
    requireFresh(command);
    Json.Obj data = Json.obj().put("envelope", envelope.toJson()).build();
    return switch (command.name()) {
      case "principal.add" -> add(command, data);
      case "principal.remove" -> remove(command, data);
      case "model.run" -> run(command, data);
      case "model.stop" -> stop(command, data);
      default ->
          throw Code.REQUEST.because("command \"" + Json.clip(command.name()) + "\" is not known");
    };
  }

  private void requireFresh(Command command) throws Refusal {
    Duration off = Duration.between(command.at(), clock.instant()).abs();
    if (off.compareTo(WINDOW) > 0) {
      throw Code.REPLAY.because(
          "command is " + off.toSeconds() + " s off our clock; limit " + WINDOW.toSeconds() + " s");
    }
  }

  private static void requireUnseen(Registry registry, Command command) throws Refusal {
    if (registry.seen(command.nonce())) {
      throw Code.REPLAY.because("command was carried out before");
    }
  }

  private static void requireRole(Command command, Role role) throws Refusal {
    if (command.signer().role() != role) {
      throw Code.GATE.because(
          command.name()
              + " takes a "
              + role.label()
              + "; "
              + command.signer().name()
              + " is none");
    }
  }

  private Json.Obj add(Command command, Json.Obj data) throws Refusal, BadInput, AuditFailure {
    requireRole(command, Role.SYSTEM_ADMIN);
    Principals.Holder holder = Principals.Holder.read(command.arguments());
    String name = holder.principal().name();
    book.<Refusal>append(
        Registry.PRINCIPAL_ADDED,
        data,
        registry -> {
          requireUnseen(registry, command);
          boolean taken =
              registry.principals().find(name).isPresent()
                  || registry.principals().hasKey(holder.keyHash());
          if (taken) {
            throw Code.CONFLICT.because("principal \"" + Json.clip(name) + "\" exists already");
          }
        });
    engine.refresh();
    return Json.obj().put("principal", name).build();
  }

  private Json.Obj remove(Command command, Json.Obj data) throws Refusal, BadInput, AuditFailure {
    requireRole(command, Role.SYSTEM_ADMIN);
    String name = command.arguments().only("name").string("name");
    book.<Refusal>append(
        Registry.PRINCIPAL_REMOVED,
        data,
        registry -> {
          requireUnseen(registry, command);
          if (registry.principals().find(name).isEmpty()) {
            throw Code.UNKNOWN.because("principal \"" + Json.clip(name) + "\" is not known");
          }
        });
    engine.removed(name);
    return Json.obj().put("principal", name).build();
  }

  private Json.Obj run(Command command, Json.Obj data) throws Refusal, BadInput, AuditFailure {
    requireRole(command, Role.SYSTEM_ADMIN);
    String model =
        command.arguments().only("model", "release", "command", "binds", "profile").string("model");
    engine.rest(model);
    try {
      engine.requireReleased(command.arguments());
      book.<Refusal>append(
          Registry.MODEL_COMMANDED, data, registry -> requireUnseen(registry, command));
      return engine.start(command.arguments());
    } finally {
      engine.rested(model);
    }
  }

  /** Anybody of the trust root may stop a model: people may tighten too. */
  private Json.Obj stop(Command command, Json.Obj data) throws Refusal, BadInput, AuditFailure {
    String model = command.arguments().only("model").string("model");
    book.<Refusal>append(
        Registry.MODEL_COMMANDED, data, registry -> requireUnseen(registry, command));
    return engine.stop(model, "stopped by " + command.signer().name());
  }

  /** Nonces need no memory beyond the window. */
  void forgetOld() {
    Instant limit = clock.instant().minus(WINDOW.multipliedBy(2));
    book.read(registry -> {
      registry.forgetNoncesBefore(limit);
      return limit;
    });
  }
}
