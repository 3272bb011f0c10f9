/** Netty data plane: tiers, quotas, budgets. */
package dev.sallyport.gateway;
