/** Confinement of processes with bubblewrap: what a process may see, and the launcher. */
package dev.sallyport.sandbox;
