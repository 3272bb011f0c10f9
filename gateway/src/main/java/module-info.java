import org.jspecify.annotations.NullMarked;

/** Netty data plane: tiers, quotas, budgets. */
@NullMarked
module dev.sallyport.gateway {
  requires static org.jspecify;
  requires transitive dev.sallyport.core;
  requires transitive dev.sallyport.keys;
  requires transitive dev.sallyport.tlog;
  requires transitive dev.sallyport.audit;
}
