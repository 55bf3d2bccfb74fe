"""From the XML of a diagram to a process that runs exactly as drawn, or to the reasons why not."""
