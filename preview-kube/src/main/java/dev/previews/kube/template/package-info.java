/** From a template's text to the objects of one environment. */
@NullMarked
package dev.previews.kube.template;

import org.jspecify.annotations.NullMarked;
