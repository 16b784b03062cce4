/* The files of data/, as they were when the program was built. */
#ifndef CLI_KNOWLEDGE_DATA_H
#define CLI_KNOWLEDGE_DATA_H

extern const char knowledge_providers[], knowledge_gateways[],
    knowledge_lists[], knowledge_labels[], knowledge_services[];

#endif
