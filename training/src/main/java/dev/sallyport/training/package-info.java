/** The seeded trainer of the tiny test model. */
package dev.sallyport.training;
