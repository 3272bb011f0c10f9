/** Profiles, zones and the release decision as pure functions. */
package dev.sallyport.risk;
