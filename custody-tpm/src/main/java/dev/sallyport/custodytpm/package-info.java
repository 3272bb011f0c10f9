/** The root key, sealed by a TPM 2.0 to the machine's measured state. */
package dev.sallyport.custodytpm;
