/** The tunnel gateway: clients come in by SSH, their services are reached by HTTP. */
@NullMarked
package dev.previews.gateway;

import org.jspecify.annotations.NullMarked;
